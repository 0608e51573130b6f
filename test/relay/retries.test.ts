/** A client that tries again: each recipient has the message once, whatever the client received of our replies. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import { begin, deliver, letter, relayProcess, stuffed } from './relay-process.ts'

test('P09 one of three is unknown to the next server: it is refused at RCPT, and the others get the message once', async () => {
  await using folder = await scratch()
  let rcpt = 0
  await using server = await sink(step => {
    if (step !== 'RCPT') return undefined
    rcpt += 1
    return rcpt === 2 ? '550 5.1.1 no such user' : undefined
  })
  const hop = ['--next-hop', `127.0.0.1:${server.port}`, '--domain', 'example.net', '--maildir', folder.path]
  await using relay = await relayProcess(hop)
  const play = async () => {
    const client = rawClient(relay.port)
    await client.reply()
    const said: string[] = []
    for (const line of ['EHLO c.example', 'MAIL FROM:<a@example.org>']) await client.say(line)
    for (const to of ['u', 'nobody', 'v']) said.push((await client.say(`RCPT TO:<${to}@example.net>`)).slice(0, 9))
    await client.say('DATA')
    client.send(Buffer.from(stuffed(letter('one')), 'latin1'))
    said.push((await client.reply()).slice(0, 9))
    client.destroy()
    return said
  }
  expect(await play()).toEqual(['250 2.1.5', '550 5.1.1', '250 2.1.5', '250 2.6.0'])
  expect(server.messages).toHaveLength(1)
})

test('K01 a client that left before the answer comes again after kill -9 and a restart: the next server has one copy', async () => {
  await using folder = await scratch()
  await using server = await sink(() => undefined, { late: 300 })
  const args = ['--maildir', folder.path, '--next-hop', `127.0.0.1:${server.port}`, '--domain', 'example.net']
  const copies = () => server.messages.length
  {
    await using relay = await relayProcess(args)
    const client = await begin(relay.port)
    client.send(Buffer.from(stuffed(letter('again')), 'latin1'))
    await expect.poll(copies, { interval: 5, timeout: 10_000 }).toBe(1)
    client.destroy()
    await sleep(1_500)
  }
  await using relay = await relayProcess(args)
  expect(await deliver(relay.port, letter('again'))).toMatch(/^250 /)
  expect(copies()).toBe(1)
  expect(await deliver(relay.port, letter('again'))).toMatch(/^250 /)
  expect(copies()).toBe(2)
})
