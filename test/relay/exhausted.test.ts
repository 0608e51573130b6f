/**
 * The relay on a real disk that is full, and without a descriptor left: it says 452, keeps nothing, and recovers by
 * itself.
 */
import { execFileSync } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { long } from '../support/full.ts'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { begin, deliver, letter, messages, type RelayProcess, relayProcess, stuffed } from './relay-process.ts'

const full = /^452 4\.3\.1 /
const isWhole = (message: string): boolean => /\r\nend \S+\r\n$/.test(message)

/** Bytes of a message that fits into memory, and of a message that needs the spool's file. */
const sizes = { 'from memory': 10_000, 'from a spool file': 25_000 } as const

test.for(Object.entries(sizes))(
  'K03 a disk that is full (ENOSPC), for messages %s: 452, and all is well when there is room',
  async ([, lines]) => {
    await using folder = await scratch()
    // A file system of a megabyte that only the relay sees, for its Maildir and its temporary files.
    const mounted = 'mount -t tmpfs -o size=1m none "$0" && exec "$@"'
    await using relay = await relayProcess(['--maildir', folder.path], {
      within: ['unshare', '--map-root-user', '--mount', 'sh', '-c', mounted, folder.path],
      environment: { TMPDIR: folder.path },
    })
    const seen = `/proc/${relay.child.pid}/root${folder.path}`
    const taken: string[] = []
    let reply = ''
    for (let count = 0; count < 20 && !full.test(reply); count += 1) {
      reply = await deliver(relay.port, letter(`n${count}`, lines))
      if (reply.startsWith('250')) taken.push(`<n${count}@example.org>`)
    }
    expect(reply).toMatch(full)
    expect(taken.length).toBeGreaterThan(0)
    const found = await messages(seen)
    expect([found.length, found.filter(message => !isWhole(message))]).toEqual([taken.length, []])
    expect(await readdir(join(seen, 'tmp'))).toEqual([])

    for (const name of await readdir(join(seen, 'new'))) await rm(join(seen, 'new', name))
    expect(await deliver(relay.port, letter('after', lines))).toMatch(/^250 /)
    expect((await messages(seen)).map(message => [isWhole(message), message.includes('<after@')])).toEqual([
      [true, true],
    ])
  },
)

/** As many as every process has: none that is new. */
const NONE = 3

/** What the process may open from now on; what it has open stays. */
const allow = ({ child }: RelayProcess, most: number) =>
  execFileSync('prlimit', [`--pid=${child.pid}`, `--nofile=${most}:`])

test.for(Object.entries(sizes))(
  'K03 no descriptor left (EMFILE), for a message %s: 452, and all is well when there are some',
  async ([, lines]) => {
    await using folder = await scratch()
    await using relay = await relayProcess(['--maildir', folder.path])
    const client = await begin(relay.port)
    allow(relay, NONE)
    client.send(Buffer.from(stuffed(letter('first', lines)), 'latin1'))
    expect(await client.reply()).toMatch(full)
    expect(await messages(folder.path)).toEqual([])

    allow(relay, 500)
    const second = async () => {
      for (const line of ['MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.net>', 'DATA'])
        expect(await client.say(line)).toMatch(/^[23]50 |^354 /)
      client.send(Buffer.from(stuffed(letter('second', lines)), 'latin1'))
      return await client.reply()
    }
    // How many descriptors there are is read twice a second.
    await expect.poll(second, { timeout: 10_000, interval: 200 }).toMatch(/^250 /)
    expect((await messages(folder.path)).map(message => message.includes('<second@'))).toEqual([true])
    client.destroy()
  },
)

test('K03 without a descriptor for seconds the relay lives on, says 452 or 421, and takes mail afterwards', async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path])
  const client = await begin(relay.port, { upTo: 'RCPT' })
  allow(relay, NONE)
  // The load meter looks at memory twice a second: to read it takes a descriptor.
  await new Promise(resolve => setTimeout(resolve, long ? 6_000 : 1_500))
  expect(relay.child.exitCode).toBeNull()
  allow(relay, 500)
  client.destroy()
  await expect.poll(() => deliver(relay.port, letter('after')), { timeout: 20_000 }).toMatch(/^250 /)
})

test('K03 many silent clients leave descriptors for the message that is under way: it is taken', async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path], {
    within: ['sh', '-c', 'ulimit -n 80 && exec "$@"', 'sh'],
  })
  const client = await begin(relay.port)
  const others = Array.from({ length: 100 }, () => rawClient(relay.port))
  const replies = await Promise.all(others.map(other => other.reply()))
  expect(replies.filter(reply => reply.startsWith('421 4.')).length).toBeGreaterThan(20)
  expect(replies.filter(reply => !/^(?:220|421) /.test(reply))).toEqual([])
  client.send(Buffer.from(stuffed(letter('first', sizes['from a spool file'])), 'latin1'))
  expect(await client.reply()).toMatch(/^250 /)
  for (const other of others) other.destroy()
  client.destroy()
  await expect.poll(() => deliver(relay.port, letter('after')), { timeout: 20_000 }).toMatch(/^250 /)
})
