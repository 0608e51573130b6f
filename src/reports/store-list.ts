/** A list in a store that keeps the newest entries: all nodes append to it, and each reads it. */
import type { Store } from '../model/store.ts'

export interface StoreListOptions {
  /** What all its keys begin with. */
  readonly key: string
  /** Entries that are kept; the oldest are written over. */
  readonly max: number
  /** Milliseconds after which an entry is forgotten. */
  readonly ttl: number
}

/** Operations of one list for the store. */
const BATCH = 128

export class StoreList<T> {
  readonly #store: Store
  readonly #options: StoreListOptions

  constructor(store: Store, options: StoreListOptions) {
    this.#store = store
    this.#options = options
  }

  /** Rejects when the store does. */
  async append(entry: T): Promise<void> {
    const { ttl } = this.#options
    // The number itself never expires: a new one would begin where old entries stand.
    const [number] = await this.#store.run([{ op: 'increment', key: this.#numberKey, by: 1, ttl: 0 }])
    await this.#store.run([{ op: 'set', key: this.#slotKey(number.count), value: JSON.stringify(entry), ttl }])
  }

  /** The newest first. */
  async *newest(): AsyncGenerator<T> {
    const { max } = this.#options
    const [number] = await this.#store.run([{ op: 'increment', key: this.#numberKey, by: 0, ttl: 0 }])
    const kept = Math.min(number.count, max)
    for (let from = 0; from < kept; from += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, kept - from) }, (_, index) => number.count - from - index)
      const found = await this.#store.run(numbers.map(each => ({ op: 'get', key: this.#slotKey(each) }) as const))
      for (const entry of found) if (entry !== undefined) yield JSON.parse(entry.value) as T
    }
  }

  get #numberKey(): string {
    return `${this.#options.key}:number`
  }

  #slotKey(number: number): string {
    return `${this.#options.key}:${number % this.#options.max}`
  }
}
