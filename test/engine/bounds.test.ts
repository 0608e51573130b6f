/**
 * What has no bound at the host has one in the session: no filter sees a path of a megabyte, whatever port it came by.
 */
import { expect, test } from 'vitest'
import { type Filter, postern } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'

test('P05 greetings and paths beyond 2048 characters are refused before any filter, and what follows is judged', async () => {
  const seen: string[] = []
  const watch: Filter = {
    name: 'watch',
    helo: () => void seen.push('helo'),
    mail: () => void seen.push('mail'),
    rcpt: () => void seen.push('rcpt'),
  }
  const session = postern({ filters: [watch], dns: zone({}) }).open({ ip: '192.0.2.1' })
  const long = 'x'.repeat(2049)
  await session.connect()
  expect((await session.helo(long)).reply).toMatchObject({ code: 501, status: '5.5.4' })
  await session.helo(long.slice(1))
  expect((await session.mail(long)).reply).toMatchObject({ code: 550, status: '5.1.7' })
  await session.mail(long.slice(1))
  expect((await session.rcpt(long)).reply).toMatchObject({ code: 553, status: '5.1.3' })
  expect((await session.rcpt(long.slice(1))).reply.code).toBe(250)
  expect(seen).toEqual(['helo', 'mail', 'rcpt'])
})

test('a transaction takes 10,000 recipients where the host has no limit, and defers the others', async () => {
  const session = postern({ filters: [], dns: zone({}) }).open({})
  await session.connect()
  await session.helo(undefined)
  await session.mail('alice@example.org')
  for (let count = 0; count < 10_000; count += 1) await session.rcpt(`u${count}@example.net`)
  expect((await session.rcpt('one-more@example.net')).reply).toMatchObject({ code: 452, status: '4.5.3' })
})
