/** A bounded table with expiry: no timer, and the oldest entry goes first. */

interface Row<V> {
  readonly value: V
  readonly expires: number
}

/** All entries have the same lifetime, so that the first one is always the nearest to its end. */
export class ExpiringTable<V> {
  readonly #rows = new Map<string, Row<V>>()
  readonly #entries: number
  readonly #ttl: number

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
    this.#rows.delete(key)
    this.#rows.set(key, { value, expires: now + this.#ttl })
    for (const [first, { expires }] of this.#rows) {
      if (this.#rows.size <= this.#entries && expires > now) break
      this.#rows.delete(first)
    }
  }

  delete(key: string): void {
    this.#rows.delete(key)
  }

  clear(): void {
    this.#rows.clear()
  }
}
