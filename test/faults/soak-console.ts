/** The console of a relay in the soak: its configuration, and a person who reads, releases and watches. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { consoleHeaders } from '../support/console-token.ts'
import { freePort } from '../support/scratch.ts'

/** Messages from this address are held. */
export const HELD_SENDER = 'held@example.org'
const RULE = `{ name: 'hold', message: ({ reversePath }) => reversePath === '${HELD_SENDER}'
  ? { verdict: 'quarantine', reason: 'the soak holds it' } : undefined }`

/** Every list and page that is read at sight, in turn. */
const PATHS = [
  ...['/messages?limit=50', '/quarantine', '/rules', '/load', '/lists', '/audit', '/reports', '/health', '/settings'],
  ...['/messages?recipient=b@example.net', '/session'],
]
const MS = { read: 500, release: 15_000, watch: 120_000 }
/** Of those that are held, so many are released at a time; the others are deleted. */
const RELEASED = 2

/** @returns the origin of the console, and the arguments of the relay */
export async function consoleConfig(folder: string) {
  const listen = `127.0.0.1:${await freePort()}`
  const file = join(folder, 'postern.config.mjs')
  const config = {
    ...{ doctor: false, console: { listen }, quarantine: { folder: join(folder, 'held') } },
    log: { stdout: true, history: { folder: join(folder, 'history') } },
  }
  await writeFile(file, `export default { ...${JSON.stringify(config)}, ownFilters: [${RULE}] }`)
  return { origin: `http://${listen}`, args: ['--config', file] }
}

/** What the person did, and what went wrong. */
export interface Visit {
  requests: number
  /** Bytes of the event stream. */
  bytes: number
  streams: number
  /** Message-IDs, without what stands behind the `@`. */
  readonly released: string[]
  readonly problems: string[]
}

interface Held {
  readonly id: string
  readonly recipient: string
  readonly state: string
  readonly messageId?: string
}

/** Reads page after page, releases some, and watches Live, until `isOver`. */
export async function visitConsole(origin: string, tells: () => string, isOver: () => boolean): Promise<Visit> {
  const visit: Visit = { requests: 0, bytes: 0, streams: 0, released: [], problems: [] }
  const headers = await consoleHeaders(origin, tells)
  const ask = async (path: string, body?: object): Promise<Readonly<Record<string, unknown>>> => {
    visit.requests += 1
    const answer = await fetch(`${origin}/api/v1${path}`, {
      headers,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Readonly<Record<string, unknown>>
  }
  const again = async (pause: number, one: (count: number) => Promise<void>) => {
    for (let count = 0; !isOver(); count += 1) {
      await one(count).catch((error: unknown) => visit.problems.push(String(error)))
      await sleep(pause)
    }
  }
  const act = async (action: 'release' | 'delete', held: readonly Held[]): Promise<readonly Held[]> => {
    if (held.length === 0) return []
    const items = held.map(({ id, recipient }) => ({ id, recipient }))
    const { results } = (await ask('/quarantine/actions', { action, why: 'the soak', items })) as {
      readonly results: readonly { readonly id: string; readonly kind: string }[]
    }
    for (const { kind } of results) if (kind !== 'done') visit.problems.push(`${action} of a message ended as ${kind}`)
    return held.filter(({ id }) => results.some(result => result.id === id && result.kind === 'done'))
  }
  const release = async () => {
    const { entries } = (await ask('/quarantine')) as { readonly entries: readonly Held[] }
    const [first, ...others] = entries.filter(({ state }) => state === 'held')
    if (first === undefined) return
    await ask(`/quarantine/${first.id}/content`)
    const done = await act('release', [first, ...others.slice(0, RELEASED - 1)])
    visit.released.push(...done.map(({ messageId = '' }) => /<?([^@<]*)@/.exec(messageId)?.[1] ?? ''))
    await act('delete', others.slice(RELEASED - 1))
  }
  await Promise.all([
    again(MS.read, async count => void (await ask(PATHS[count % PATHS.length] ?? ''))),
    again(MS.release, release),
    again(0, async () => void (await watch(origin, headers, visit, isOver))),
  ])
  return visit
}

/** Holds the event stream for a while, leaves, and comes again later. */
async function watch(
  origin: string,
  headers: Readonly<Record<string, string>>,
  visit: Visit,
  isOver: () => boolean,
): Promise<void> {
  const leave = new AbortController()
  const answer = await fetch(`${origin}/api/v1/live`, { headers, signal: leave.signal })
  if (!answer.ok || answer.body === null) throw new Error(`/live: ${answer.status}`)
  visit.streams += 1
  const end = performance.now() + MS.watch
  for await (const bytes of answer.body) {
    visit.bytes += bytes.length
    if (performance.now() > end || isOver()) break
  }
  leave.abort()
}
