/** Counts one event on one limiter, and reads what the limiter answers. */
import type { Limiter, LimiterResult } from '../../store/limiter.ts'

/** What a key has spent in the present window. */
export interface Spent {
  /** Whether the key is over its limit. */
  readonly over: boolean
  readonly count: number
  /** Milliseconds until the window ends; -1 for never. */
  readonly endsIn: number
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
