/**
 * Two nodes with one Redis and one PostgreSQL, in mixed mail: one is killed and started again, the other is cut off
 * from PostgreSQL and catches up. No message that was answered 250 is lost, and both tell the same of all of them.
 */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { type HistoryEntry, postgresHistory } from '../../src/history/index.ts'
import { startPostgres, startProxy } from '../support/postgres.ts'
import { dice } from '../support/random.ts'
import { startRedis } from '../support/redis.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { LENIENT, type Letter, letterOf, nextHop, send } from './mixed-mail.ts'
import { type RelayProcess, relayProcess } from './relay-process.ts'

const MESSAGES = 500
const CLIENTS = 10
/** A client that has no reply comes again after so long. */
const RETRY_MS = 1_500
/** What a process may have in memory when it is killed: events wait 200 ms to be written as one batch. */
const MAX_IN_MEMORY = 40
/** Traces that are compared for each process. */
const TRACES = 3

/** One try of a client. */
interface Attempt {
  readonly relay: RelayProcess
  readonly letter: Letter
  readonly began: number
  readonly codes: ReadonlyMap<string, number | undefined>
}

/** Clients that take letter after letter, and come again, to the other node, with what has no final reply. */
class Clients {
  /** In the order in which they ended. */
  readonly attempts: Attempt[] = []
  readonly letters: readonly Letter[]
  readonly #nodes: readonly { readonly relay: RelayProcess }[]
  #next = 0

  constructor(nodes: readonly { readonly relay: RelayProcess }[]) {
    const roll = dice(53)
    this.#nodes = nodes
    this.letters = Array.from({ length: MESSAGES }, (_, number) => letterOf(number, roll))
  }

  async run(): Promise<void> {
    const one = async () => {
      for (let at = this.#next++; at < MESSAGES; at = this.#next++) {
        const letter = this.letters[at]
        if (letter) await this.#send(letter, at)
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, one))
  }

  /** Waits until this share of the letters was begun. */
  async reached(share: number): Promise<void> {
    while (this.#next < share * MESSAGES) await sleep(10)
  }

  /** The try that was answered for good, for each recipient of each letter. */
  answered(): ReadonlyMap<string, Attempt> {
    const found = new Map<string, Attempt>()
    for (const attempt of this.attempts)
      for (const [path, code] of attempt.codes) if (isFinal(code)) found.set(keyOf(attempt.letter.id, path), attempt)
    return found
  }

  async #send(letter: Letter, at: number): Promise<void> {
    let recipients = letter.recipients
    for (let attempt = 0; recipients.length > 0; attempt += 1) {
      const relay = this.#nodes[(at + attempt) % this.#nodes.length]?.relay
      if (relay === undefined) throw new Error('there is no node')
      const began = performance.now()
      const codes = await send(relay.port, letter, { attempt, recipients })
      this.attempts.push({ relay, letter, began, codes })
      if (letter.kind === 'broken') return
      recipients = recipients.filter(path => !isFinal(codes.get(path)))
      if (recipients.length > 0) await sleep(RETRY_MS)
    }
  }
}

const keyOf = (id: string, recipient: string): string => `${id} ${recipient}`
const isFinal = (code: number | undefined): boolean => code !== undefined && (code < 400 || code >= 500)

async function told(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  await main(args, { out: line => void lines.push(line), error: line => void lines.push(line) })
  return lines.join('\n')
}

/** All that PostgreSQL knows, by letter, recipient and code. */
async function entriesOf(url: string): Promise<ReadonlyMap<string, HistoryEntry>> {
  const history = postgresHistory({ url })
  const found = new Map<string, HistoryEntry>()
  try {
    let cursor: string | undefined
    do {
      const page = await history.search({ since: 0, limit: 500, ...(cursor !== undefined && { cursor }) })
      for (const entry of page.entries)
        for (const id of [entry.reversePath, entry.messageId?.replace(/^<|>$/g, '')])
          if (id) found.set(`${keyOf(id, entry.recipient)} ${entry.code}`, entry)
      cursor = page.next
    } while (cursor !== undefined)
    return found
  } finally {
    await history.close()
  }
}

test('one node is killed and one is cut off from PostgreSQL: no message is lost, and both nodes tell the same', {
  timeout: INSTALL_TIMEOUT + 180_000,
}, async () => {
  await using folder = await scratch()
  await using hop = await nextHop()
  await using redis = await startRedis()
  const database = await startPostgres()
  await using _stopped = { [Symbol.asyncDispose]: () => database.stop() }
  await using proxy = await startProxy(database.port)
  const waitingOf = (node: string) => join(folder.path, `waiting-${node}`)
  const configure = async (node: string, port: number): Promise<string> => {
    const file = join(folder.path, `${node}.json`)
    const url = database.url.replace(`:${database.port}/`, `:${port}/`)
    const config = {
      ...{ name: `${node}.example.net`, domains: ['example.net'], mode: 'enforce', trustedNetworks: [], relays: 2 },
      nextHop: { hosts: [{ address: `127.0.0.1:${hop.port}` }], tls: 'off' },
      maildir: join(folder.path, node),
      store: { redis: { url: `redis://127.0.0.1:${redis.port}` } },
      log: { history: { postgres: { url, timeout: '1s' }, waiting: { folder: waitingOf(node) } } },
      filters: LENIENT,
      limits: { sessions: { perAddress: 1_000, perNetwork: 1_000, perSite: 1_000 } },
    }
    await writeFile(file, JSON.stringify(config))
    return file
  }
  const files = [await configure('mx1', database.port), await configure('mx2', proxy.port)] as const
  const start = async (file: string) => await relayProcess(['--config', file])
  await using killed = await start(files[0])
  await using two = await start(files[1])
  const nodes = [{ relay: killed }, { relay: two }]
  const clients = new Clients(nodes)

  let killedAt = Number.POSITIVE_INFINITY
  const fail = async (): Promise<RelayProcess> => {
    await clients.reached(0.25)
    killed.child.kill('SIGKILL')
    killedAt = performance.now()
    await killed.ended
    await clients.reached(0.4)
    proxy.cut()
    await clients.reached(0.55)
    const again = await start(files[0])
    nodes[0] = { relay: again }
    await clients.reached(0.8)
    const waiting = () => readdir(waitingOf('mx2')).catch(() => [])
    await expect.poll(async () => (await waiting()).length, { timeout: 30_000 }).toBeGreaterThan(0)
    proxy.join()
    return again
  }
  const [again] = await Promise.all([fail(), clients.run()])
  await using _ended = again
  const answered = clients.answered()
  const codeOf = (key: string): number | undefined => answered.get(key)?.codes.get(key.split(' ')[1] ?? '')

  // Every client has its answer, and the next hop what was answered 250.
  const keys = clients.letters
    .filter(({ kind }) => kind !== 'broken')
    .flatMap(({ id, recipients }) => recipients.map(path => keyOf(id, path)))
  expect(keys.filter(key => !answered.has(key))).toEqual([])
  expect(keys.filter(key => codeOf(key) === 250 && !hop.has.has(key))).toEqual([])
  expect([...hop.has.keys()].filter(key => codeOf(key) !== 250)).toEqual([])

  // There is a copy only where the kill fell between the next hop's 250 and ours.
  const lastBegan = new Map(clients.attempts.map(({ letter, began }) => [letter.id, began]))
  const cutShort = clients.attempts
    .filter(({ relay, codes }) => relay === killed && [...codes.values()].includes(undefined))
    .filter(({ letter, began }) => began <= killedAt && (lastBegan.get(letter.id) ?? 0) > killedAt)
    .map(({ letter }) => letter.id)
  const copies = [...hop.has].filter(([, count]) => count > 1)
  expect(copies.filter(([key, count]) => count > 2 || !cutShort.includes(key.split(' ')[0] ?? ''))).toEqual([])

  // The history knows every recipient, but for what the killed process had not written yet.
  const unknown = async () => {
    const known = await entriesOf(database.url)
    return keys.filter(key => !known.has(`${key} ${codeOf(key)}`))
  }
  const others = async () => (await unknown()).filter(key => answered.get(key)?.relay !== killed)
  await expect.poll(others, { timeout: 90_000, interval: 1_000 }).toEqual([])
  const lost = await unknown()
  const latest = [...answered].filter(([, { relay }]) => relay === killed).slice(-MAX_IN_MEMORY)
  expect(lost.filter(key => !latest.some(([late]) => late === key))).toEqual([])
  expect(two.tells()).toContain('history/writing')
  console.log(
    `${clients.attempts.length} tries, ${cutShort.length} letters in the killed process, ${copies.length} copies, ` +
      `${lost.length} recipients that it had not written`,
  )

  // Both nodes tell the same of what either of them, or the killed process, has seen.
  const known = await entriesOf(database.url)
  for (const relay of [killed, again, two]) {
    const ofIt = [...answered].filter(([, attempt]) => attempt.relay === relay)
    const refs = ofIt.flatMap(([key]) => known.get(`${key} ${codeOf(key)}`)?.ref ?? []).slice(-TRACES)
    expect(refs).toHaveLength(TRACES)
    for (const ref of refs) {
      // The commands that it proposes name the file.
      const [story, other] = await Promise.all(
        files.map(async file => (await told('trace', ref, '--config', file)).replaceAll(file, 'FILE')),
      )
      expect(story).toContain(ref)
      expect(other).toBe(story)
    }
  }
})
