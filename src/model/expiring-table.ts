/** A bounded table with expiry: no timer, and the oldest entry goes first. */

interface Row<V> {
  readonly key: string
  readonly value: V
  readonly expires: number
}

/** All entries have the same lifetime, so that the oldest one is always the nearest to its end. */
export class ExpiringTable<V> {
  readonly #rows = new Map<string, Row<V>>()
  readonly #entries: number
  readonly #ttl: number
  /**
   * The rows by age from `#head` on, among rows that were deleted or replaced. The order of the map would do, but a Map
   * finds its first row by passing over all that were deleted: 20 µs a call in a full table of 50,000.
   */
  #queue: Row<V>[] = []
  #head = 0

  /** @param ttl milliseconds */
  constructor({ entries, ttl }: { readonly entries: number; readonly ttl: number }) {
    this.#entries = entries
    this.#ttl = ttl
  }

  /** The number of entries, including those that have expired and were not removed yet. */
  get size(): number {
    return this.#rows.size
  }

  /** The value, unless it has expired. */
  get(key: string, now: number): V | undefined {
    const found = this.#rows.get(key)
    if (found === undefined || found.expires > now) return found?.value
    this.#rows.delete(key)
    return undefined
  }

  /** Sets a value, and begins its lifetime again. */
  put(key: string, value: V, now: number): void {
    const row = { key, value, expires: now + this.#ttl }
    this.#rows.set(key, row)
    this.#queue.push(row)
    for (let oldest = this.#queue[this.#head]; oldest !== undefined; oldest = this.#queue[this.#head]) {
      if (this.#isHeld(oldest)) {
        if (this.#rows.size <= this.#entries && oldest.expires > now) break
        this.#rows.delete(oldest.key)
      }
      this.#head += 1
    }
    if (this.#queue.length > 2 * this.#entries) this.#compact()
  }

  delete(key: string): void {
    this.#rows.delete(key)
  }

  clear(): void {
    this.#rows.clear()
    this.#queue = []
    this.#head = 0
  }

  /** At most once in as many calls of `put` as there may be entries. */
  #compact(): void {
    this.#queue = this.#queue.slice(this.#head).filter(row => this.#isHeld(row))
    this.#head = 0
  }

  #isHeld(row: Row<V>): boolean {
    return this.#rows.get(row.key) === row
  }
}
