/**
 * A message whose client tries again is delivered once to each recipient; the same message sent anew is delivered
 * again.
 */
import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryStore } from '../../../src/store/memory.ts'
import { hopAt, testDelivery } from '../../support/delivery.ts'
import { type IncomingOptions, incoming } from '../../support/incoming.ts'
import { scratch } from '../../support/scratch.ts'
import { type Conduct, sink } from '../../support/sink.ts'

/** A hop and a store; each relay begins anew, as after a restart. */
async function hopWith(conduct: Conduct = () => undefined) {
  const server = await sink(conduct)
  const store = memoryStore()
  const relay = () => testDelivery([{ nextHop: hopAt(server.port), recipients: 'any' }], { store })
  return { server, relay, [Symbol.asyncDispose]: server.stop }
}

const recipients = (received: string): readonly string[] =>
  Array.from(received.matchAll(/^RCPT TO:<([^>]*)>/gm), ([, path = '']) => path)

test('K01 noted before the answer: a retry after a restart gets 250, and nothing is sent twice', async () => {
  await using hop = await hopWith()
  {
    await using first = await hop.relay()
    expect((await first.delivery.deliver(incoming('x\r\n'))).code).toBe(250)
  }
  await using second = await hop.relay()
  // The process ended before the answer was received. What we put on top differs each time.
  const trace = [['Authentication-Results', 'mx; dkim=temperror']] as const
  expect((await second.delivery.deliver(incoming('x\r\n', { trace }))).code).toBe(250)
  expect(hop.server.messages).toHaveLength(1)
  expect(second.reports).toEqual([expect.objectContaining({ result: 'delivered', tries: 0 })])
})

test('what was answered and received is forgotten: the same bytes sent anew are delivered anew', async () => {
  await using hop = await hopWith()
  await using relay = await hop.relay()
  for (let time = 0; time < 3; time += 1) {
    const message = incoming('alert\r\n')
    await relay.delivery.deliver(message)
    message.settle(true)
    await message.replied
  }
  expect(hop.server.messages).toHaveLength(3)
})

test('a client that left before the answer tries again, and nothing is sent twice', async () => {
  await using hop = await hopWith()
  await using relay = await hop.relay()
  const message = incoming('x\r\n')
  await relay.delivery.deliver(message)
  message.settle(false)
  await message.replied
  expect((await relay.delivery.deliver(incoming('x\r\n'))).code).toBe(250)
  expect(hop.server.messages).toHaveLength(1)
})

test('two clients with the same bytes at the same time are two messages', async () => {
  await using hop = await hopWith()
  await using relay = await hop.relay()
  await Promise.all([1, 2].map(() => relay.delivery.deliver(incoming('alert\r\n'))))
  await relay.delivery.deliver(incoming('alert\r\n'))
  expect(hop.server.messages).toHaveLength(3)
})

test('another sender, another recipient or another byte is another message', async () => {
  await using hop = await hopWith()
  const rows: readonly (readonly [string, IncomingOptions])[] = [
    ['x\r\n', {}],
    ['y\r\n', {}],
    ['x\r\n', { to: ['c@example.net'] }],
    ['x\r\n', { from: 'z@example.org' }],
  ]
  for (const [text, options] of rows) {
    await using relay = await hop.relay()
    await relay.delivery.deliver(incoming(text, options))
  }
  expect(hop.server.messages).toHaveLength(4)
})

test('a recipient that has the message does not get it again while others are tried', async () => {
  await using hop = await hopWith((step, count) => (step === 'RCPT' && count === 2 ? '452 4.2.2 full' : undefined))
  await using relay = await hop.relay()
  const play = async () => {
    const message = incoming('x\r\n', { to: ['b@example.net', 'full@example.net'] })
    const { code } = await relay.delivery.deliver(message)
    message.settle(true)
    await message.replied
    return code
  }
  expect([await play(), await play()]).toEqual([452, 250])
  expect(recipients(hop.server.received())).toEqual(['b@example.net', 'full@example.net', 'full@example.net'])
})

test('a program that builds the message anew for each try is known by its text once some had to wait', async () => {
  let isFull = true
  await using hop = await hopWith((step, count) =>
    isFull && step === 'RCPT' && count > 1 ? '452 4.2.2 full' : undefined,
  )
  await using relay = await hop.relay()
  const build = (id: number) =>
    incoming(`From: a@x\r\nMessage-ID: <${id}@x>\r\nSubject: hello\r\n\r\nbody\r\n`, {
      to: ['b@example.net', 'full@example.net'],
    })
  const first = build(1)
  await relay.delivery.deliver(first)
  first.settle(true)
  isFull = false
  expect((await relay.delivery.deliver(build(2))).code).toBe(250)
  expect(recipients(hop.server.received())).toEqual(['b@example.net', 'full@example.net', 'full@example.net'])
})

test('a store that fails stops no mail', async () => {
  await using server = await sink()
  const store = { run: () => Promise.reject(new Error('away')) }
  await using relay = await testDelivery([{ nextHop: hopAt(server.port), recipients: 'any' }], { store })
  expect((await relay.delivery.deliver(incoming('x\r\n'))).code).toBe(250)
  expect(server.messages).toHaveLength(1)
})

test('K01 a Maildir says itself whether a message was written: also if its reader has moved it', async () => {
  await using folder = await scratch()
  const store = memoryStore()
  const deliver = async () => {
    await using relay = await testDelivery([{ maildir: folder.path }], { store })
    return (await relay.delivery.deliver(incoming('x\r\n'))).code
  }
  expect(await deliver()).toBe(250)
  expect(await deliver()).toBe(250)
  const [name = ''] = await readdir(join(folder.path, 'new'))
  await rename(join(folder.path, 'new', name), join(folder.path, 'cur', `${name}:2,S`))
  expect(await deliver()).toBe(250)
  expect([await readdir(join(folder.path, 'new')), await readdir(join(folder.path, 'cur'))]).toEqual([
    [],
    [`${name}:2,S`],
  ])
})

test('K01 killed between the note and the file, the retry is delivered', async () => {
  await using folder = await scratch()
  const store = memoryStore()
  await using relay = await testDelivery([{ maildir: folder.path }], { store })
  await relay.delivery.deliver(incoming('x\r\n'))
  const [name = ''] = await readdir(join(folder.path, 'new'))
  // As if it had not been written: the note is all that is left.
  await rename(join(folder.path, 'new', name), join(folder.path, 'gone'))
  await using second = await testDelivery([{ maildir: folder.path }], { store })
  expect((await second.delivery.deliver(incoming('x\r\n'))).code).toBe(250)
  expect(await readdir(join(folder.path, 'new'))).toHaveLength(1)
})
