import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { cuts, lookAlikes, smuggled } from '../support/end-of-data.ts'
import { full, long } from '../support/full.ts'
import { type RawClient, rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import { begin, deliver, letter, messages, relayProcess, stuffed } from './relay-process.ts'

test('in shadow mode, too, mail for others is not relayed', async () => {
  await using folder = await scratch()
  await using server = await sink()
  const hop = ['--next-hop', `127.0.0.1:${server.port}`, '--domain', 'example.net', '--maildir', folder.path]
  await using relay = await relayProcess(hop)
  expect(await deliver(relay.port, letter('spam'), 'victim@example.com')).not.toMatch(/^250/)
  expect(server.received()).toBe('')
})

/** Sends one message after the other over one connection. @returns how many were taken */
async function sendAll(port: number, contents: readonly (readonly string[])[]): Promise<number> {
  let client = await greeted(port)
  let taken = 0
  for (const pieces of contents) {
    let reply = await sendOne(client, pieces)
    // A relay that has too much to do hangs up after fewer errors, and sooner on the slow: then it goes on anew.
    for (let tries = 0; reply === undefined && tries < 5; tries += 1) {
      client.destroy()
      client = await greeted(port)
      reply = await sendOne(client, pieces)
    }
    expect(reply).toMatch(/^(?:250|55[04]) /)
    if (reply?.startsWith('250')) taken += 1
  }
  client.destroy()
  return taken
}

/** @returns the reply to the content, or nothing where the relay hung up */
async function sendOne(client: RawClient, pieces: readonly string[]): Promise<string | undefined> {
  if (!(await begins(client))) return undefined
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await sleep(1)
    client.send(Buffer.from(piece, 'latin1'))
  }
  const reply = await client.reply()
  return HUNG_UP.test(reply) ? undefined : reply
}

const HUNG_UP = /^(?:421|closed)/

async function greeted(port: number): Promise<RawClient> {
  const client = rawClient(port)
  client.socket.setNoDelay(true)
  await client.reply()
  await client.say('EHLO client.example.org')
  return client
}

/** Says all that comes before the content. False when the relay has hung up. */
async function begins(client: RawClient): Promise<boolean> {
  client.send('MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n')
  for (const code of ['250', '250', '354']) {
    const reply = await client.reply()
    if (HUNG_UP.test(reply)) return false
    expect(reply.slice(0, 3)).toBe(code)
  }
  return true
}

// A third of the look-alikes, each in one of the segmentations; where it may take long every one, or in all of them.
const waysToCut = Object.values(cuts)
const relayed = ['a\nb', 'a\rb', '\n..\r\n', ...lookAlikes].flatMap((end, index) =>
  waysFor(index).map(cut => cut(letter('first').trimEnd(), end, `${smuggled}.\r\n`)),
)

function waysFor(index: number) {
  if (full) return waysToCut
  if (!long && index % 3 > 0) return []
  const way = (long ? index : index / 3) % waysToCut.length
  return waysToCut.slice(way, way + 1)
}

test('W02 no bare CR, LF or NUL reaches the next server, and it sees one message', async () => {
  await using folder = await scratch()
  await using server = await sink()
  const hop = ['--next-hop', `127.0.0.1:${server.port}`, '--domain', 'example.net', '--maildir', folder.path]
  await using relay = await relayProcess(hop)
  const senders = Array.from({ length: SENDERS }, async (_, sender) => {
    let taken = 0
    // Ten errors are allowed to one client.
    for (let at = sender * EACH; at < relayed.length; at += SENDERS * EACH)
      taken += await sendAll(relay.port, relayed.slice(at, at + EACH))
    return taken
  })
  const accepted = (await Promise.all(senders)).reduce((sum, taken) => sum + taken, 0)
  expect(accepted).toBeGreaterThan(relayed.length / 20)
  expect(server.messages).toHaveLength(accepted)
  expect(server.received().replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/)
}, 60_000)

const [SENDERS, EACH] = [20, 9]

test('D11 the 250 of the next server gets lost: the sender comes back, nothing is lost, one copy is double', async () => {
  await using folder = await scratch()
  let first = true
  await using server = await sink(step => {
    if (step !== 'end' || !first) return undefined
    first = false
    return 'close'
  })
  const hop = ['--next-hop', `127.0.0.1:${server.port}`, '--domain', 'example.net', '--maildir', folder.path]
  await using relay = await relayProcess(hop)
  expect(await deliver(relay.port, letter('again'))).toMatch(/^451 4\.4\.2 /)
  expect(await deliver(relay.port, letter('again'))).toMatch(/^250 /)
  expect(server.messages.map(message => message.includes('<again@example.org>'))).toEqual([true, true])
})

test('S01 each event of a session with escapes in HELO and Subject is one line of JSON', async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path])
  const client = await begin(relay.port)
  client.send(Buffer.from(stuffed(letter('s01').replace('a letter', '\u001b[31m\u202e')), 'utf8'))
  await client.reply()
  await client.say('EHLO \u001b[2J\u009b\u2028x')
  await client.say('MAIL FROM:<a@example.org>')
  await client.say('QUIT')
  await client.closed
  await expect.poll(relay.log).toContain('"type":"session"')
  const lines = relay.log().split('\n').slice(0, -1)
  for (const line of lines) expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+$/u)
  const types = lines.map(line => JSON.parse(line).type)
  expect(types.filter(type => type !== 'notice')).toEqual([
    'delivery',
    'transaction',
    'recipient',
    'transaction',
    'session',
  ])
})

test('K04 SIGTERM under load: what was answered 250 is there, others get 421 or nothing, and the process ends', async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path])
  const idle = await begin(relay.port)
  const replies: (readonly [string, string])[] = []
  const load = Array.from({ length: 30 }, async (_, index) => {
    await new Promise(resolve => setTimeout(resolve, index * 10))
    replies.push([`k${index}`, await deliver(relay.port, letter(`k${index}`))])
  })
  setTimeout(() => relay.child.kill('SIGTERM'), 200)
  await Promise.all(load)
  idle.destroy()
  const [code] = (await relay.ended) as [number | null]
  expect(code).toBe(0)
  for (const [, reply] of replies) expect(reply).toMatch(/^(?:250|421|closed)/)
  const found = (await messages(join(folder.path))).join('')
  for (const [id] of replies.filter(([, reply]) => reply.startsWith('250')))
    expect(found).toContain(`<${id}@example.org>`)
}, 60_000)
