/** What was answered lately, bounded in number and in bytes. What was used longest ago goes first. */

import type { Answer } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'

export interface Cache {
  get(key: string): Answer<unknown> | undefined
  /** Remembers `answer` for `ms` milliseconds. */
  set(key: string, answer: Answer<unknown>, ms: number): void
  readonly size: number
  /** What the entries hold in all, by estimate. */
  readonly bytes: number
}

interface Entry {
  readonly answer: Answer<unknown>
  readonly until: number
  readonly weight: number
}

// A Map's slot, the entry and the objects of an answer, apart from their text.
const ENTRY_OCTETS = 300
const RECORD_OCTETS = 60

export function cache({
  entries,
  octets,
  clock,
}: {
  readonly entries: number
  readonly octets: number
  readonly clock: Clock
}): Cache {
  // A Map keeps the order in which keys were set: the first is the one used longest ago.
  const held = new Map<string, Entry>()
  let sum = 0
  const drop = (key: string) => {
    sum -= held.get(key)?.weight ?? 0
    held.delete(key)
  }
  return {
    get size() {
      return held.size
    },
    get bytes() {
      return sum
    },
    get: key => {
      const entry = held.get(key)
      if (entry === undefined) return undefined
      held.delete(key)
      if (entry.until > clock.monotonic()) held.set(key, entry)
      else sum -= entry.weight
      return held.has(key) ? entry.answer : undefined
    },
    set: (key, answer, ms) => {
      drop(key)
      const weight = weigh(key, answer)
      if (ms <= 0 || weight > octets) return
      held.set(key, { answer, until: clock.monotonic() + ms, weight })
      sum += weight
      for (const oldest of held.keys()) {
        if (held.size <= entries && sum <= octets) break
        drop(oldest)
      }
    },
  }
}

function weigh(key: string, answer: Answer<unknown>): number {
  if (answer.kind !== 'answer') return ENTRY_OCTETS + key.length
  return answer.records.reduce<number>((sum, record) => sum + RECORD_OCTETS + textOf(record), ENTRY_OCTETS + key.length)
}

function textOf(record: unknown): number {
  if (typeof record === 'string') return record.length
  if (typeof record !== 'object' || record === null) return 0
  return Object.values(record).reduce<number>((sum, value) => sum + RECORD_OCTETS + textOf(value), 0)
}
