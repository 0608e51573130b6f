/** Who was refused lately, for a while: bounded, no timer, the oldest is forgotten first. */

export interface Table<V> {
  /** What stands there and is not over yet. */
  get(key: string, now: number): V | undefined
  /** Puts it there for its time, which begins anew. */
  put(key: string, value: V, now: number): void
  drop(key: string): void
  clear(): void
  /** Those that are over and not met since included. */
  readonly size: number
}

/** All of its entries last equally long, so that the first is always the nearest to its end. */
export function table<V>(entries: number, lasts: number): Table<V> {
  const kept = new Map<string, { readonly value: V; readonly until: number }>()
  return {
    get: (key, now) => {
      const found = kept.get(key)
      if (found === undefined || found.until > now) return found?.value
      kept.delete(key)
      return undefined
    },
    put: (key, value, now) => {
      kept.delete(key)
      kept.set(key, { value, until: now + lasts })
      for (const [first, { until }] of kept) {
        if (kept.size <= entries && until > now) break
        kept.delete(first)
      }
    },
    drop: key => {
      kept.delete(key)
    },
    clear: () => kept.clear(),
    get size() {
      return kept.size
    },
  }
}
