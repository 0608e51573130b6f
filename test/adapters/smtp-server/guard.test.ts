/** The verbs of a session, spoken by smtp-server. */
import { expect, test } from 'vitest'
import type { Filter } from '../../../src/core/filter.ts'
import { defer, quarantine, reject } from '../../../src/core/finding.ts'
import { thresholds } from '../../../src/policy/thresholds.ts'
import { guardedServer } from '../../support/guarded-server.ts'

const message = 'From: a@example.net\r\nTo: b@example.org\r\nSubject: hello\r\n\r\nText.\r\n'

const atOnce = { policy: thresholds({ speakAt: 'connect' }) }

test('a message is delivered with its trace fields on top', async () => {
  await using host = await guardedServer()
  const client = await host.greeted()
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
  expect(await client.say('DATA')).toMatch(/^354 /)
  expect(await client.say(`${message}.`)).toMatch(/^250 2\.6\.0 Message accepted ref=\w+$/)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await client.closed
  const [found] = host.delivered
  expect(found?.message).toMatch(/^X-Spam-Status: No, /)
  expect(found?.message.endsWith(message)).toBe(true)
  expect(found?.postern).toMatchObject({ quarantine: false, decision: { verdict: 'accept' } })
  expect(found?.forwardPaths).toEqual(['b@example.org'])
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]).toMatchObject({
    helo: 'client.example.net',
    transactions: [{ reversePath: 'a@example.net' }],
  })
})

const refusals: readonly (readonly [stage: keyof Filter, filter: Filter, said: readonly RegExp[]])[] = [
  ['connect', { name: 'rule', connect: () => reject('5.7.1', 'no') }, [/^554 5\.7\.1 /]],
  ['helo', { name: 'rule', helo: () => reject('5.7.1', 'no') }, [/^220 /, /^250 /, /^550 5\.7\.1 /]],
  ['mail', { name: 'rule', mail: () => defer('4.7.1', 'later') }, [/^220 /, /^250 /, /^451 4\.7\.1 /]],
  ['rcpt', { name: 'rule', rcpt: () => reject('5.1.1', 'no') }, [/^220 /, /^250 /, /^250 /, /^550 5\.1\.1 /]],
  [
    'message',
    { name: 'rule', message: () => reject('5.7.1', 'no') },
    [/^220 /, /^250 /, /^250 /, /^250 /, /^354 /, /^550 5\.7\.1 [^\r\n]* ref=/],
  ],
]

test.for(refusals)('a refusal at %s is heard there, with its status', async ([, filter, said]) => {
  await using host = await guardedServer({ filters: [filter], gateway: atOnce })
  const client = host.client()
  const lines = [
    'EHLO client.example.net',
    'MAIL FROM:<a@example.net>',
    'RCPT TO:<b@example.org>',
    'DATA',
    `${message}.`,
  ]
  const heard = [await client.reply()]
  for (const line of lines.slice(0, said.length - 1)) heard.push(await client.say(line))
  for (const [index, expected] of said.entries()) expect(heard[index]).toMatch(expected)
  expect(host.delivered).toEqual([])
})

test('a message for quarantine is delivered and marked', async () => {
  await using host = await guardedServer({ filters: [{ name: 'rule', message: () => quarantine('odd') }] })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  expect(await client.say(`${message}.`)).toMatch(/^250 /)
  expect(host.delivered[0]?.postern).toMatchObject({ quarantine: true, decision: { verdict: 'quarantine' } })
})
