/**
 * The relay is killed, or its client leaves, at every point of a transaction: what was answered 250 is there, whole.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { full, long } from '../support/full.ts'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import { deliver, letter, messages, relayProcess, stuffed } from './relay-process.ts'

const text = (id: string) => Buffer.from(stuffed(letter(id, 2_000)), 'latin1')
const commands = ['EHLO client.example.org', 'MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.net>', 'DATA'] as const

/** How many commands are answered, how many bytes of the message are sent, and how long until the end comes. */
interface Point {
  readonly answered: number
  readonly part?: (bytes: Buffer) => Buffer
  readonly wait?: number | 'reply'
}
const whole = (bytes: Buffer) => bytes
const points: Readonly<Record<string, Point>> = {
  'after the greeting': { answered: 0 },
  'after EHLO': { answered: 1 },
  'after MAIL': { answered: 2 },
  'after RCPT': { answered: 3 },
  'after DATA': { answered: 4 },
  'in the header': { answered: 4, part: bytes => bytes.subarray(0, 30), wait: 5 },
  'in the body': { answered: 4, part: bytes => bytes.subarray(0, bytes.length / 2), wait: 5 },
  'before the final dot': { answered: 4, part: bytes => bytes.subarray(0, -3), wait: 5 },
  'at the final dot': { answered: 4, part: whole },
  'while it is judged': { answered: 4, part: whole, wait: 4 },
  'while it is stored': { answered: 4, part: whole, wait: 12 },
  'after the reply': { answered: 4, part: whole, wait: 'reply' },
}

/** Plays up to the point. @returns a look at the reply to the message */
async function play(port: number, id: string, { answered, part, wait = 0 }: Point) {
  const client = rawClient(port)
  await client.reply()
  for (const command of commands.slice(0, answered)) await client.say(command)
  if (part) client.send(part(text(id)))
  if (wait === 'reply') await client.reply()
  else await sleep(wait)
  const accepted = () => /\r\n354 [^\r]*\r\n250 /.test(client.received())
  return { client, accepted }
}

const isWhole = (message: string): boolean =>
  /\r\nend (\S+)\r\n$/.test(message) && /^(?:Return-Path|Received): /.test(message)

/** How often it is killed at each point, and how many relays run at once. */
const times = full ? 100 : long ? 6 : 1
const killers = 3

/** Kills a relay with these options at each point so many times. @returns what had been answered 250 by then */
async function killAtEach(args: readonly string[], times: number): Promise<readonly string[]> {
  const answered: string[] = []
  const kills = Array.from({ length: times }, (_, round) =>
    Object.values(points).map((point, index) => ({ id: `r${round}p${index}`, point })),
  ).flat()
  const killAll = async () => {
    for (let next = kills.shift(); next !== undefined; next = kills.shift()) {
      await using relay = await relayProcess(args)
      const { client, accepted } = await play(relay.port, next.id, next.point)
      relay.child.kill('SIGKILL')
      await client.closed
      if (accepted()) answered.push(next.id)
    }
  }
  await Promise.all(Array.from({ length: killers }, killAll))
  expect(answered.length).toBeGreaterThanOrEqual(times)
  return answered
}

function expectAll(answered: readonly string[], found: readonly string[]): void {
  expect(found.filter(message => !isWhole(message))).toEqual([])
  const ids = found.map(message => /Message-ID: <(\S+)@/.exec(message)?.[1] ?? '')
  expect(ids).toHaveLength(new Set(ids).size)
  expect(answered.filter(id => !ids.includes(id))).toEqual([])
}

test('K01 killed at twelve points of a transaction, it loses nothing that was answered 250', async () => {
  await using folder = await scratch()
  const answered = await killAtEach(['--maildir', folder.path], times)
  expectAll(answered, await messages(folder.path))
}, 1_800_000)

test('K01 killed at twelve points before a next server, it loses nothing that was answered 250', async () => {
  await using folder = await scratch()
  await using server = await sink()
  const hop = ['--next-hop', `127.0.0.1:${server.port}`, '--domain', 'example.net', '--maildir', folder.path]
  const answered = await killAtEach(hop, Math.ceil(times / 2))
  expectAll(answered, server.messages)
  // What was begun there and not ended is gone with its connection.
  await expect.poll(server.open).toBe(0)
}, 1_800_000)

test('K02 a client that leaves at any point has its message delivered whole or not at all', async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path])
  for (const [index, point] of Object.values(points).entries()) {
    const { client } = await play(relay.port, `k${index}`, point)
    client.destroy()
  }
  expect(await deliver(relay.port, letter('last'))).toMatch(/^250 /)
  const found = await messages(folder.path)
  expect(found.filter(message => !isWhole(message))).toEqual([])
  // Nothing of those that had not sent the final dot.
  expect(found.filter(message => /<k[0-7]@example\.org>/.test(message))).toEqual([])
  expect(found.some(message => message.includes('<k11@example.org>'))).toBe(true)
}, 60_000)
