/** A message whose client comes again is there once for each recipient; one that is sent anew is there again. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Decision, Outcome } from '../../src/index.ts'
import type { Answer } from '../../src/relay/delivery/answer.ts'
import { once } from '../../src/relay/delivery/once.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import { begin, deliver, letter, relayProcess, stuffed } from './relay-process.ts'

const decision: Decision = {
  ...({ stage: 'message', verdict: 'accept', score: 0, findings: [] } as const),
  reply: { code: 250, status: '2.6.0', text: 'fine' },
}
const outcome = (text: string, recipients: readonly string[], trace: Outcome['trace'] = []): Outcome => {
  const octets = Buffer.from(`${trace.map(([name, value]) => `${name}: ${value}\r\n`).join('')}${text}`)
  return {
    ...decision,
    each: new Map(recipients.map(path => [path, decision])),
    trace,
    forged: [],
    content: { size: octets.length, open: () => Readable.from([octets]) },
  }
}
const arrival = {
  ...{ reversePath: 'a@example.org', helo: 'x', ip: '192.0.2.1', name: 'mx.example.org', ref: '7K2Q9F' },
  ...{ tls: false, date: new Date(0) },
}
const ok: Answer = { code: 250, text: '2.6.0 Delivered' }

/** What reaches the next server, in order. */
function counting(answers: readonly Answer[] = []) {
  const got: (readonly string[])[] = []
  const store = memoryStore()
  const relay = () =>
    once(async ({ each }) => {
      got.push([...each.keys()])
      return answers[got.length - 1] ?? ok
    }, store)
  return { got, relay }
}

test('K01 noted before it is answered: after a restart who comes again is told 250, and nothing is sent twice', async () => {
  const { got, relay } = counting()
  expect((await relay()(outcome('x', ['b@x']), arrival)).code).toBe(250)
  // The process ends before the answer was heard. What we put on top differs each time.
  const again = outcome('x', ['b@x'], [['Authentication-Results', 'mx; dkim=temperror']])
  const answer = await relay()(again, arrival)
  expect([answer.code, got]).toEqual([250, [['b@x']]])
})

test('what was answered and heard is forgotten: the same bytes sent anew are delivered anew', async () => {
  const { got, relay } = counting()
  const deliver = relay()
  for (let time = 0; time < 3; time += 1) (await deliver(outcome('alert', ['b@x']), arrival)).ended?.(true)
  expect(got).toEqual([['b@x'], ['b@x'], ['b@x']])
})

test('two clients with the same bytes at the same time are two messages', async () => {
  const { got, relay } = counting()
  const deliver = relay()
  const both = await Promise.all([1, 2].map(() => deliver(outcome('alert', ['b@x']), arrival)))
  const third = await deliver(outcome('alert', ['b@x']), arrival)
  for (const answer of [...both, third]) answer.ended?.(true)
  expect(got).toEqual([['b@x'], ['b@x'], ['b@x']])
})

test('another sender, another recipient or another byte is another message', async () => {
  const { got, relay } = counting()
  await relay()(outcome('x', ['b@x']), arrival)
  await relay()(outcome('y', ['b@x']), arrival)
  await relay()(outcome('x', ['c@x']), arrival)
  await relay()(outcome('x', ['b@x']), { ...arrival, reversePath: 'z@example.org' })
  expect(got).toHaveLength(4)
})

test('who has it already does not get it again while others are tried', async () => {
  const full: Answer = { code: 452, text: '4.2.2 Full', taken: ['b@x'] }
  const { got, relay } = counting([full, { ...full, taken: [] }])
  const deliver = relay()
  for (let time = 0; time < 3; time += 1) (await deliver(outcome('x', ['b@x', 'full@x']), arrival)).ended?.(true)
  expect(got).toEqual([['b@x', 'full@x'], ['full@x'], ['full@x']])
})

test('a program that builds the message anew for each try is known by its text once some had to wait', async () => {
  const full: Answer = { code: 452, text: '4.2.2 Full', taken: ['b@x'] }
  const { got, relay } = counting([full, ok])
  const deliver = relay()
  const build = (id: number) =>
    outcome(`From: a@x\r\nMessage-ID: <${id}@x>\r\nSubject: hello\r\n\r\nbody\r\n`, ['b@x', 'full@x'])
  for (let id = 0; id < 3; id += 1) (await deliver(build(id), arrival)).ended?.(true)
  expect(got).toEqual([['b@x', 'full@x'], ['full@x'], ['full@x']])
  // Nobody had to wait for another text.
  await deliver(outcome('From: a@x\r\nSubject: hello\r\n\r\nother\r\n', ['b@x', 'full@x']), arrival)
  expect(got.at(-1)).toEqual(['b@x', 'full@x'])
})

test('a store that fails stops no mail', async () => {
  const got: string[] = []
  const run = () => Promise.reject(new Error('away'))
  const deliver = once(
    async ({ each }) => {
      got.push(...each.keys())
      return ok
    },
    { run },
  )
  expect((await deliver(outcome('x', ['b@x']), arrival)).code).toBe(250)
  expect(got).toEqual(['b@x'])
})

test('P09 one of three is unknown to the next server: the others get it once, and then the sender hears of the one', async () => {
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
  expect(await play()).toEqual(['250 2.1.5', '250 2.1.5', '250 2.1.5', '451 4.3.0'])
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
