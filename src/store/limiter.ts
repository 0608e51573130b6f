/** Limits over a {@link Store}, by the interface of rate-limiter-flexible; only this file knows that library. */
import { createRequire } from 'node:module'
import type { RateLimiterRes, RateLimiterStoreAbstract } from 'rate-limiter-flexible'
import type { Counter, Entry, Store } from '../model/store.ts'
import { countOf } from './value.ts'

/** What was spent in the present window. */
export interface LimiterResult {
  readonly consumedPoints: number
  readonly msBeforeNext: number
}

/**
 * What a limit asks of a limiter: every limiter of rate-limiter-flexible that counts one key has this form.
 * Over the limit it rejects with a {@link LimiterResult}; when it cannot tell, with an Error.
 */
export interface Limiter {
  consume(key: string, points?: number): Promise<LimiterResult>
}

/** What a limiter is made for, in the words of rate-limiter-flexible's options. */
export interface LimiterSpec {
  readonly keyPrefix: string
  readonly points: number
  /** Seconds. */
  readonly duration: number
}

/**
 * A limiter of rate-limiter-flexible on a bounded store. It also serves as the `insuranceLimiter` of a limiter on
 * Redis.
 *
 * @example
 * const limiter = storeLimiter(memoryStore(), { keyPrefix: 'logins', points: 5, duration: 900 })
 */
export function storeLimiter(store: Store, spec: LimiterSpec): RateLimiterStoreAbstract {
  // The types promise these two at the library's entrance, which lacks the first and loads a driver for every database.
  const load = createRequire(import.meta.url)
  const Base = load('rate-limiter-flexible/lib/RateLimiterStoreAbstract.js') as typeof RateLimiterStoreAbstract
  const Result = load('rate-limiter-flexible/lib/RateLimiterRes.js') as typeof RateLimiterRes

  class StoreLimiter extends Base {
    async _upsert(key: string, points: number, ttl: number, anew = false): Promise<Counter> {
      if (!anew) return (await store.run([{ op: 'increment', key, by: points, ttl: ttl }]))[0]
      return counterOf((await store.run([{ op: 'set', key, value: String(points), ttl: ttl }]))[0])
    }
    async _get(key: string): Promise<Counter | null> {
      const [entry] = await store.run([{ op: 'get', key }])
      return entry ? counterOf(entry) : null
    }
    async _delete(key: string): Promise<boolean> {
      return (await store.run([{ op: 'delete', key }]))[0]
    }
    _getRateLimiterRes(_key: string, changed: number, { count, endsIn }: Counter) {
      const left = Math.max(this.points - count, 0)
      // -1 is the library's word for never.
      return new Result(left, endsIn === undefined ? -1 : Math.ceil(endsIn), count, count === changed)
    }
  }
  return new StoreLimiter({ ...spec, storeClient: store })
}

const counterOf = ({ value, ...end }: Entry): Counter => ({ count: countOf(value) ?? 0, ...end })
