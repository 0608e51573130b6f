/** Delivers a message to each recipient once, though its client comes again because it never got our answer. */
import { createHash } from 'node:crypto'
import type { Outcome } from '../../index.ts'
import type { Store } from '../../store/index.ts'
import { delivered } from './answer.ts'
import { type Deliver, wanted } from './deliver.ts'

/** RFC 5321 §4.5.4.1: a client tries for four to five days. */
const RETRIES_MS = 5 * 86_400_000
/** Programs that build a message anew for each try do so within minutes: so long one text reaches nobody twice. */
const REBUILT_MS = 15 * 60_000
const MAX_HEARD = 10_000

/**
 * The order is what matters: first the delivery, then the note in the store, then the answer, and then the note is
 * taken back. Whenever the process ends, a message is there twice at worst, and never lost. Only who comes again
 * without having had an answer finds a note; whoever sends the same message anew does not.
 */
export function once(deliver: Deliver, store: Store | undefined): Deliver {
  if (store === undefined) return deliver
  /** Noted here, while their clients wait for the answer: the same bytes from another client are another message. */
  const waiting = new Set<string>()
  /** Answered and heard: whatever the store says of them, should it not have been able to forget. */
  const heard = new Set<string>()
  return async (outcome, arrival) => {
    const paths = wanted(outcome.each)
    const message = await digests(outcome, arrival.reversePath).catch(() => undefined)
    if (message === undefined) return await deliver(outcome, arrival)
    const keysOf = (digest: string) => new Map(paths.map(path => [path, `delivered:${hash([digest, path])}`]))
    const [keys, rebuilt] = [keysOf(message.whole), keysOf(hash([message.text, ...paths]))]
    const isOther = [...keys.values()].some(key => waiting.has(key))
    const known = isOther ? new Set<string>() : await noted(store, [...keys.values(), ...rebuilt.values()])
    const isNoted = (key = '') => known.has(key) && !heard.has(key)
    const rest = paths.filter(path => !isNoted(keys.get(path)) && !isNoted(rebuilt.get(path)))
    const each = new Map([...outcome.each].filter(([path]) => rest.includes(path)))
    const answer = rest.length === 0 ? delivered : await deliver({ ...outcome, each }, arrival)
    const taken = answer.taken ?? (answer.code === 250 ? rest : [])
    const fresh = taken.flatMap(path => keys.get(path) ?? [])
    for (const key of fresh) {
      waiting.add(key)
      heard.delete(key)
    }
    const again = answer.code === 250 ? [] : taken.flatMap(path => rebuilt.get(path) ?? [])
    await note(store, [
      ...fresh.map(key => [key, RETRIES_MS] as const),
      ...again.map(key => [key, REBUILT_MS] as const),
    ])
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

async function noted(store: Store, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const entries = await run(() => store.run(keys.map(key => ({ op: 'get', key }) as const)))
  return new Set(keys.filter((_key, index) => entries?.[index] !== undefined))
}

async function note(store: Store, keys: readonly (readonly [key: string, ttl: number])[]): Promise<void> {
  if (keys.length === 0) return
  await run(() => store.run(keys.map(([key, lasts]) => ({ op: 'set', key, value: '1', ttl: lasts }))))
}

/** Without the store mail goes on: what comes again then is there twice. */
async function run<T>(ask: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch {
    return undefined
  }
}

interface Digests {
  /** Of the envelope's sender and of every byte that came, without the fields that we have put on top. */
  readonly whole: string
  /** The same of what a person sees: whoever builds a message anew gives it another Message-ID and Date. */
  readonly text: string
}

const MAX_HEADER_LENGTH = 262_144

async function digests({ content, trace }: Outcome, reversePath: string): Promise<Digests | undefined> {
  if (!content) return undefined
  const body = createHash('sha256')
  let own = trace.reduce((octets, [name, value]) => octets + name.length + value.length + 4, 0)
  let header: string | undefined
  let head = ''
  for await (const bytes of content.open() as AsyncIterable<Buffer>) {
    const rest = bytes.subarray(Math.min(own, bytes.length))
    own -= bytes.length - rest.length
    if (header !== undefined) {
      body.update(rest)
      continue
    }
    head += rest.toString('latin1')
    const end = head.indexOf('\r\n\r\n')
    if (end === -1 && head.length < MAX_HEADER_LENGTH) continue
    header = head.slice(0, end === -1 ? MAX_HEADER_LENGTH : end + 2)
    body.update(head.slice(header.length), 'latin1')
  }
  const rest = body.digest('base64url')
  const fields = (header ?? head).match(SEEN) ?? []
  return { whole: hash([reversePath, header ?? head, rest]), text: hash([reversePath, ...fields, rest]) }
}

const SEEN = /^(?:from|to|cc|subject):[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/gim

const hash = (parts: readonly string[]): string => createHash('sha256').update(parts.join('\0')).digest('base64url')
