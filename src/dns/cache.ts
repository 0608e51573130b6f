/** A cache of answers, bounded in entries and bytes. The least recently used answer is evicted first. */

import type { Answer } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'

export interface CacheLimits {
  readonly entries: number
  readonly bytes: number
  readonly clock: Clock
}

interface Entry {
  readonly answer: Answer<unknown>
  readonly until: number
  readonly bytes: number
}

// A slot of a Map, the entry and the objects of an answer, without their text.
const ENTRY_BYTES = 300
const RECORD_BYTES = 60

export class AnswerCache {
  readonly #limits: CacheLimits
  // A Map keeps the order in which keys were set: the first is the least recently used.
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(limits: CacheLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  /** The estimated size of all entries. */
  get bytes(): number {
    return this.#bytes
  }

  get(key: string): Answer<unknown> | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (entry.until <= this.#limits.clock.monotonic()) {
      this.#bytes -= entry.bytes
      return undefined
    }
    this.#entries.set(key, entry)
    return entry.answer
  }

  /** Stores `answer` for `ms` milliseconds. */
  set(key: string, answer: Answer<unknown>, ms: number): void {
    this.#evict(key)
    const bytes = sizeOf(key, answer)
    const { entries, bytes: maxBytes, clock } = this.#limits
    if (ms <= 0 || bytes > maxBytes) return
    this.#entries.set(key, { answer, until: clock.monotonic() + ms, bytes })
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= entries && this.#bytes <= maxBytes) break
      this.#evict(oldest)
    }
  }

  #evict(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0
    this.#entries.delete(key)
  }
}

function sizeOf(key: string, answer: Answer<unknown>): number {
  const base = ENTRY_BYTES + key.length
  return answer.kind === 'answer'
    ? answer.records.reduce<number>((sum, record) => sum + RECORD_BYTES + textOf(record), base)
    : base
}

function textOf(record: unknown): number {
  if (typeof record === 'string') return record.length
  if (typeof record !== 'object' || record === null) return 0
  return Object.values(record).reduce<number>((sum, value) => sum + RECORD_BYTES + textOf(value), 0)
}
