/** Delivers a message to each recipient once, though its client comes again because it never got our answer. */
import { createHash } from 'node:crypto'
import type { Outcome, Store } from '../../src/index.ts'
import { delivered } from './answer.ts'
import { type Deliver, wanted } from './deliver.ts'

/** RFC 5321 §4.5.4.1: a client tries for four to five days. */
const RETRIES_MS = 5 * 86_400_000
const MAX_HEARD = 10_000

/**
 * The order is what matters: first the delivery, then the note in the store, then the answer, and then the note is taken
 * back. Whenever the process ends, a message is there twice at worst, and never lost. Only who comes again without having
 * had an answer finds a note; whoever sends the same message anew does not.
 */
export function once(deliver: Deliver, store: Store | undefined): Deliver {
  if (store === undefined) return deliver
  /** Noted here, and their clients still wait for the answer: the same octets from another client are another message. */
  const waiting = new Set<string>()
  /** Answered and heard: whatever the store says of them, should it not have been able to forget. */
  const heard = new Set<string>()
  return async (outcome, arrival) => {
    const paths = wanted(outcome.each)
    const message = await digest(outcome, arrival.reversePath).catch(() => undefined)
    if (message === undefined) return await deliver(outcome, arrival)
    const keys = new Map(paths.map(path => [path, `delivered:${hash([message, path])}`]))
    const isOther = [...keys.values()].some(key => waiting.has(key))
    const noted = isOther ? new Set<string>() : await found(store, keys, heard)
    const rest = paths.filter(path => !noted.has(path))
    const each = new Map([...outcome.each].filter(([path]) => !noted.has(path)))
    const answer = rest.length === 0 ? delivered : await deliver({ ...outcome, each }, arrival)
    const taken = answer.taken ?? (answer.code === 250 ? rest : [])
    const fresh = taken.flatMap(path => keys.get(path) ?? [])
    for (const key of fresh) {
      waiting.add(key)
      heard.delete(key)
    }
    await note(store, fresh)
    return {
      ...answer,
      ended: isHeard => {
        for (const key of fresh) waiting.delete(key)
        if (!isHeard || answer.code !== 250) return
        for (const key of keys.values()) heard.add(key)
        for (const key of heard) {
          if (heard.size <= MAX_HEARD) break
          heard.delete(key)
        }
        forget(store, [...keys.values()])
      },
    }
  }
}

function forget(store: Store, keys: readonly string[]): void {
  void run(() => store.run(keys.map(key => ({ op: 'delete', key }))))
}

async function found(
  store: Store,
  keys: ReadonlyMap<string, string>,
  heard: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const entries = await run(() => store.run([...keys.values()].map(key => ({ op: 'get', key }) as const)))
  const isNoted = (key: string, index: number) => entries?.[index] !== undefined && !heard.has(key)
  return new Set([...keys].filter(([, key], index) => isNoted(key, index)).map(([path]) => path))
}

async function note(store: Store, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  await run(() => store.run(keys.map(key => ({ op: 'set', key, value: '1', lasts: RETRIES_MS }))))
}

/** Without the store mail goes on: what comes again then is there twice. */
async function run<T>(ask: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch {
    return undefined
  }
}

/** Of the envelope's sender and of every octet that came, without the fields that we have put on top. */
async function digest({ content, trace }: Outcome, reversePath: string): Promise<string | undefined> {
  if (!content) return undefined
  const sum = createHash('sha256').update(`${reversePath}\0`)
  let own = trace.reduce((octets, [name, value]) => octets + name.length + value.length + 4, 0)
  for await (const bytes of content.open() as AsyncIterable<Buffer>) {
    sum.update(bytes.subarray(Math.min(own, bytes.length)))
    own = Math.max(0, own - bytes.length)
  }
  return sum.digest('base64url')
}

const hash = (parts: readonly string[]): string => createHash('sha256').update(parts.join('\0')).digest('base64url')
