/** Counting one event: on the store of the gateway, or on a limiter of the user's own, which memory insures. */

import type { Clock } from '../../model/services.ts'
import type { Connection } from '../../model/stage.ts'
import type { Store } from '../../model/store.ts'
import { type Breaker, breaker } from '../../store/breaker.ts'
import { type Limiter, type LimiterResult, type LimiterSpec, storeLimiter } from '../../store/limiter.ts'
import { memoryStore } from '../../store/memory.ts'
import { OptimisticCounts } from './optimistic.ts'
import type { Plan } from './plan.ts'

/** What an event came to. */
export interface Spent {
  readonly over: boolean
  readonly count: number
  /** Milliseconds until the window ends; -1 for never. */
  readonly endsIn: number
}

/** Counts `cost` for a key of the limit at `place` among the plans. */
export type Spend = (context: Connection, place: number, key: string, cost: number) => Promise<Spent>

/** Counts on the store that comes with the context, so that limits hold for all who share it. */
export function spendOnStore(plans: readonly Plan[]): Spend {
  const known = new WeakMap<Store, OnStore>()
  const limitersOf = ({ store, clock }: Connection): OnStore => {
    const held = known.get(store) ?? limitersOn(store, clock, plans)
    known.set(store, held)
    return held
  }
  return async (context, place, key, cost) => {
    const { now, later, counts } = limitersOf(context)
    const limit = plans[place]?.spec.points ?? 0
    if (later === undefined) return await spend(now[place], key, cost)
    return await counts.spend({
      key: `${place}:${key}`,
      cost,
      limit,
      now: () => spend(now[place], key, cost),
      later: () => spend(later[place], key, cost),
    })
  }
}

interface OnStore {
  readonly now: readonly Limiter[]
  /** Where a round trip is worth saving. */
  readonly later: readonly Limiter[] | undefined
  readonly counts: OptimisticCounts
}

function limitersOn(store: Store, clock: Clock, plans: readonly Plan[]): OnStore {
  const limiters = (on: Store): readonly Limiter[] => plans.map(({ spec }) => storeLimiter(on, named(spec)))
  const { later } = store
  return {
    now: limiters(store),
    later: later && limiters({ run: operations => later(operations) }),
    counts: new OptimisticCounts(clock),
  }
}

/** The store is not ours alone. */
const named = (spec: LimiterSpec): LimiterSpec => ({ ...spec, keyPrefix: `rate-limit:${spec.keyPrefix}` })

interface Own {
  readonly limiters: readonly Limiter[]
  readonly spare: readonly Limiter[]
  readonly guard: Breaker
}

/** Counts on limiters that are made once, again if that failed. While they fail or are slow, memory counts. */
export function spendOnOwn(
  plans: readonly Plan[],
  make: (spec: LimiterSpec) => Limiter | Promise<Limiter>,
  deadline: number,
): Spend {
  let made: Promise<Own> | undefined
  const begin = async ({ clock, notify }: Connection): Promise<Own> => {
    const store = memoryStore({ clock })
    const meanwhile = 'counts go on in memory'
    return {
      limiters: await Promise.all(plans.map(async ({ spec }) => make(spec))),
      spare: plans.map(({ spec }) => storeLimiter(store, spec)),
      guard: breaker({
        name: 'rate-limit',
        who: 'the limiter',
        fallback: meanwhile,
        deadline,
        retry: 1_000,
        clock,
        notify,
      }),
    }
  }
  return async (context, place, key, cost) => {
    made ??= begin(context).catch(error => {
      made = undefined
      throw error
    })
    const { limiters, spare, guard } = await made
    return await guard.run(
      () => spend(limiters[place], key, cost),
      () => spend(spare[place], key, cost),
    )
  }
}

/** A limiter refuses by rejecting with a result; only an Error, or what is no result, is a failure. */
async function spend(limiter: Limiter | undefined, key: string, cost: number): Promise<Spent> {
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
