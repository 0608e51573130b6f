/** Counts one event on one limiter, and reads what the limiter answers. */
import { type MaybePromise, thenSync } from '../../model/maybe-promise.ts'
import type { Store } from '../../model/store.ts'
import type { Limiter, LimiterResult, LimiterSpec } from '../../store/limiter.ts'

/** What a key has spent in the present window. */
export interface Spent {
  /** Whether the key is over its limit. */
  readonly over: boolean
  readonly count: number
  /** Milliseconds until the window ends; -1 for never. */
  readonly endsIn: number
}

/** A promise of another library as one of this language; all else is there at once. */
export const adopted = <T>(value: MaybePromise<T>): MaybePromise<T> =>
  typeof value === 'object' && value !== null && 'then' in value ? Promise.resolve(value) : value

/**
 * Counts on a store as a limiter of rate-limiter-flexible does, without the six promises that one makes for each count
 * and without loading the library.
 */
export function spendOn(
  store: Store,
  { keyPrefix, points, duration }: LimiterSpec,
  key: string,
  cost: number,
): MaybePromise<Spent> {
  const increment = { op: 'increment', key: `${keyPrefix}:${key}`, by: cost, ttl: duration * 1000 } as const
  return thenSync(adopted(store.run([increment])), ([{ count, endsIn }]) => ({
    over: count > points,
    count,
    endsIn: endsIn === undefined ? -1 : Math.ceil(endsIn),
  }))
}

/** A limiter refuses by rejecting with a result; only an Error, or what is no result, is a failure. */
export async function spend(limiter: Limiter | undefined, key: string, cost: number): Promise<Spent> {
  if (!limiter) throw new Error('there is no limiter')
  try {
    return spentOf(await limiter.consume(key, cost), false)
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal
    return spentOf(refusal, true)
  }
}

function spentOf(result: unknown, over: boolean): Spent {
  const { consumedPoints, msBeforeNext } = (result ?? {}) as Partial<LimiterResult>
  if (typeof consumedPoints === 'number' && typeof msBeforeNext === 'number')
    return { over, count: consumedPoints, endsIn: msBeforeNext }
  throw new TypeError('it answered with something that is no result')
}
