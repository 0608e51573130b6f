/** Limits on a {@link Store} behind the interface of rate-limiter-flexible; only this file knows that library. */
import { createRequire } from 'node:module'
import type { RateLimiterStoreAbstract } from 'rate-limiter-flexible'
import { lazy } from '../model/lazy.ts'
import type { Counter, Entry, Store } from '../model/store.ts'
import { countOf } from './value.ts'

/** What a key has spent in the present window. */
export interface LimiterResult {
  /** Points that were spent. */
  readonly consumedPoints: number
  /** Milliseconds until the window ends; -1 for never. */
  readonly msBeforeNext: number
}

/**
 * What `rateLimit` asks of a limiter: every limiter of rate-limiter-flexible that counts one key has this form.
 */
export interface Limiter {
  /**
   * Spends points of a key. Rejects with a {@link LimiterResult} when the key is over its limit, and with an Error when
   * the limiter cannot count.
   */
  consume(key: string, points?: number): Promise<LimiterResult>
}

/** What `rateLimit` hands to a function that makes a limiter: options of rate-limiter-flexible. */
export interface LimiterSpec {
  /** Keeps the keys of this limit apart from others in the same store. */
  readonly keyPrefix: string
  /** How much a key may spend in one window. */
  readonly points: number
  /** The length of a window, in seconds. */
  readonly duration: number
}

/**
 * Makes a limiter of rate-limiter-flexible that counts in a bounded store. It also serves as the `insuranceLimiter` of
 * a limiter on Redis.
 *
 * @example
 * const limiter = storeLimiter(memoryStore(), { keyPrefix: 'logins', points: 5, duration: 900 })
 */
export const storeLimiter = (store: Store, spec: LimiterSpec): RateLimiterStoreAbstract =>
  new (StoreLimiter())(store, spec)

/** The library takes about 20 ms to load, so that only a process with limits pays for it. */
const library = lazy(
  () => createRequire(import.meta.url)('rate-limiter-flexible') as typeof import('rate-limiter-flexible'),
)

const StoreLimiter = lazy(() => {
  const { RateLimiterRedis, RateLimiterRes } = library()
  // The types name this class, but the package does not export it: it is what its limiters on stores extend.
  const Base: typeof RateLimiterStoreAbstract = Object.getPrototypeOf(RateLimiterRedis)

  return class extends Base {
    readonly #store: Store

    constructor(store: Store, spec: LimiterSpec) {
      super({ ...spec, storeClient: store })
      this.#store = store
    }

    async _upsert(key: string, points: number, ttl: number, forceExpire = false): Promise<Counter> {
      if (!forceExpire) return (await this.#store.run([{ op: 'increment', key, by: points, ttl }]))[0]
      return counterOf((await this.#store.run([{ op: 'set', key, value: String(points), ttl }]))[0])
    }

    async _get(key: string): Promise<Counter | null> {
      const [entry] = await this.#store.run([{ op: 'get', key }])
      return entry ? counterOf(entry) : null
    }

    async _delete(key: string): Promise<boolean> {
      return (await this.#store.run([{ op: 'delete', key }]))[0]
    }

    _getRateLimiterRes(_key: string, changed: number, { count, endsIn }: Counter) {
      const left = Math.max(this.points - count, 0)
      // The library says -1 for a count that never ends.
      return new RateLimiterRes(left, endsIn === undefined ? -1 : Math.ceil(endsIn), count, count === changed)
    }
  }
})

const counterOf = ({ value, ...end }: Entry): Counter => ({ count: countOf(value) ?? 0, ...end })
