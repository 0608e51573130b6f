/**
 * The process is killed at random moments while the next hop is slow, away, or refuses one of three recipients only
 * after the message. Nothing is lost, a copy too many is rare, and the last word about each recipient is the same
 * everywhere.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { postern } from '../../../src/engine/gateway.ts'
import type { RouteOptions } from '../../../src/relay/delivery/types.ts'
import { smtpServer } from '../../../src/smtp/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { long } from '../../support/full.ts'
import { rawClient } from '../../support/raw-client.ts'
import { scratch } from '../../support/scratch.ts'

const program = fileURLToPath(new URL('../../support/delivery-program.ts', import.meta.url))
const KILLS = long ? 60 : 5
const CLIENTS = 4

/** A next hop by LMTP that takes its time, and refuses `late@` when it has the message. */
async function lmtpHop(ms: () => number) {
  const has: string[] = []
  const gateway = postern({ filters: [], name: 'hop.example.org', dns: zone({}) })
  const { server } = smtpServer({
    gateway,
    lmtp: true,
    greetDelay: 0,
    limits: { sessions: { perAddress: 1_000, perNetwork: 1_000 } },
    recipient: path =>
      path.startsWith('early') ? { code: 550, status: '5.1.1', text: 'No such user here' } : undefined,
    deliver: async ({ content, recipients }) => {
      const message = await text(content.open())
      await sleep(ms())
      const id = /^Message-ID: <([^@>]+)/m.exec(message)?.[1] ?? ''
      const isWhole = message.endsWith(`end ${id}\r\n`)
      const off = { code: 550, status: '5.2.1', text: 'Mailbox off' } as const
      for (const { forwardPath } of recipients)
        if (!forwardPath.startsWith('late')) has.push(`${id} ${forwardPath} ${isWhole}`)
      const ok = { code: 250, status: '2.6.0', text: 'Saved' } as const
      return new Map(recipients.map(({ forwardPath: path }) => [path, path.startsWith('late') ? off : ok]))
    },
  })
  const listen = async (port = 0) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  return { has, listen, server, [Symbol.dispose]: () => void server.close() }
}

/** The program under test, killed and started again. */
class Program {
  readonly lines: { recipient: string; result: string }[] = []
  port = 0
  #child: ChildProcess | undefined
  readonly #options: string

  constructor(routes: readonly RouteOptions[], store: string) {
    this.#options = JSON.stringify({ routes, store })
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, this.#options], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    await new Promise<void>(resolve => {
      createInterface({ input: child.stdout }).on('line', line => {
        const read = JSON.parse(line) as { port?: number; recipient: string; result: string }
        if (read.port === undefined) this.lines.push(read)
        else {
          this.port = read.port
          resolve()
        }
      })
    })
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    child.kill('SIGKILL')
    await once(child, 'close')
  }
}

const letter = (id: string): string =>
  `From: a@example.org\r\nMessage-ID: <${id}@example.org>\r\n\r\n${'.line\r\n'.repeat(50)}end ${id}\r\n`

/** What a client knows of one recipient in the end. */
type Word = 'delivered' | 'refused'

/** One message, tried until each recipient is served or refused, as a mail server does it. */
async function send(program: Program, id: string, names: readonly string[]): Promise<ReadonlyMap<string, Word>> {
  const words = new Map<string, Word>()
  const waiting = new Set(names.map(name => `${name}-${id}@example.net`))
  while (waiting.size > 0) {
    const client = rawClient(program.port)
    await client.reply()
    await client.say('EHLO client.example.org')
    await client.say('MAIL FROM:<a@example.org>')
    const taken: string[] = []
    for (const path of waiting) {
      const said = await client.say(`RCPT TO:<${path}>`)
      if (said.startsWith('250')) taken.push(path)
      if (said.startsWith('5')) words.set(path, 'refused')
      if (said.startsWith('5')) waiting.delete(path)
    }
    if (taken.length > 0 && (await client.say('DATA')).startsWith('354')) {
      client.send(`${letter(id).replaceAll('\r\n.', '\r\n..')}.\r\n`)
      const said = await client.reply()
      for (const path of said.startsWith('250') || said.startsWith('5') ? taken : []) {
        words.set(path, said.startsWith('250') ? 'delivered' : 'refused')
        waiting.delete(path)
      }
    }
    client.destroy()
    if (waiting.size > 0) await sleep(20)
  }
  return words
}

interface Run {
  readonly words: ReadonlyMap<string, Word>
  readonly messages: number
}

/** Clients send while the process is killed so many times. `between`: after each kill. */
async function sendWhileKilled(
  program: Program,
  names: readonly string[],
  between?: (kill: number) => unknown,
): Promise<Run> {
  await program.start()
  const words = new Map<string, Word>()
  let [messages, isOver] = [0, false]
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let count = 0; !isOver; count += 1) {
      for (const [path, word] of await send(program, `c${client}n${count}`, names)) words.set(path, word)
      messages += 1
    }
  })
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(100 + Math.random() * 600)
    await program.kill()
    await between?.(kill)
    await program.start()
  }
  isOver = true
  await Promise.all(clients)
  await program.kill()
  return { words, messages }
}

const idOf = (path: string): string => /-(c\d+n\d+)@/.exec(path)?.[1] ?? ''

/** The last word about each recipient, in the program's record. */
const recorded = ({ lines }: Program): ReadonlyMap<string, string> =>
  new Map(lines.map(({ recipient, result }) => [recipient, result]))

test('K01 killed before a next hop that is slow, away for a while and refuses one of three: nothing is lost', async ({
  annotate,
}) => {
  await using folder = await scratch()
  using hop = await lmtpHop(() => Math.random() * 15)
  const port = await hop.listen()
  const nextHop = { hosts: [`127.0.0.1:${port}`], protocol: 'lmtp', timeouts: { final: '5s' } } as const
  const program = new Program([{ domains: ['example.net'], nextHop }], join(folder.path, 'store.db'))
  const { words, messages } = await sendWhileKilled(program, ['b', 'early', 'late'], async kill => {
    if (kill % 4 !== 1) return
    hop.server.close()
    await sleep(300)
    await hop.listen(port).catch(() => undefined)
  })
  const expected = [...words].filter(([, word]) => word === 'delivered').map(([path]) => path)
  expect(expected.filter(path => !path.startsWith('b-'))).toEqual([])
  expect([...words].filter(([path, word]) => path.startsWith('b-') && word === 'refused')).toEqual([])
  expect(expected).toHaveLength(messages)
  const copies = Map.groupBy(hop.has, line => line)
  expect(expected.filter(path => !copies.has(`${idOf(path)} ${path} true`))).toEqual([])
  expect(hop.has.filter(line => line.endsWith('false'))).toEqual([])
  const last = recorded(program)
  expect(expected.filter(path => last.get(path) !== 'delivered')).toEqual([])
  const extra = hop.has.length - copies.size
  annotate(`${messages} messages, ${KILLS} kills, ${extra} copies too many`)
  // The hop may take a message in the moment of the kill: for each client at most one for each kill.
  expect(extra).toBeLessThanOrEqual(KILLS * CLIENTS)
}, 600_000)

test('K01 killed before a Maildir: nothing is lost, and there is no copy too many', async ({ annotate }) => {
  await using folder = await scratch()
  const program = new Program([{ maildir: folder.path }], join(folder.path, 'store.db'))
  const { words, messages } = await sendWhileKilled(program, ['b', 'c'])
  const names = await readdir(join(folder.path, 'new'))
  const found = await Promise.all(names.map(name => readFile(join(folder.path, 'new', name), 'latin1')))
  const ids = found.map(message => /^Message-ID: <([^@>]+)/m.exec(message)?.[1] ?? '')
  expect(found.filter(message => !/\r\nend \S+\r\n$/.test(message))).toEqual([])
  expect([...words].filter(([path, word]) => word !== 'delivered' || !ids.includes(idOf(path)))).toEqual([])
  annotate(`${messages} messages, ${KILLS} kills, ${ids.length - new Set(ids).size} copies too many`)
  expect(ids.length).toBe(new Set(ids).size)
  expect(new Set(ids).size).toBe(messages)
}, 600_000)
