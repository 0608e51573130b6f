/**
 * Where limits are counted: on the store of the gateway, or on limiters of the host, which memory replaces while they
 * fail.
 */

import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { Clock } from '../../model/services.ts'
import type { Connection } from '../../model/stage.ts'
import type { Store } from '../../model/store.ts'
import { Breaker } from '../../store/breaker.ts'
import { type Limiter, type LimiterSpec, storeLimiter } from '../../store/limiter.ts'
import { memoryStore } from '../../store/memory.ts'
import { OptimisticCounts } from './optimistic.ts'
import type { Plan } from './plan.ts'
import { type Spent, spend, spendOn } from './spent.ts'

export interface Counters {
  /** Counts `cost` for a key of the limit at `index` among the plans: at once where the store answers at once. */
  spend(context: Connection, index: number, key: string, cost: number): MaybePromise<Spent>
}

/** Counts on the store that comes with the context, so that limits hold for all who share it. */
export class StoreCounters implements Counters {
  readonly #specs: readonly LimiterSpec[]
  readonly #counts = new WeakMap<Store, OptimisticCounts>()

  constructor(plans: readonly Plan[]) {
    this.#specs = plans.map(({ spec }) => prefixed(spec))
  }

  spend({ store, clock }: Connection, index: number, key: string, cost: number): MaybePromise<Spent> {
    const spec = this.#specs[index]
    if (spec === undefined) throw new Error('there is no limit')
    const { later } = store
    if (later === undefined) return spendOn(store, spec, key, cost)
    return this.#countsOf(store, clock).spend({
      key: `${index}:${key}`,
      cost,
      limit: spec.points,
      now: async () => await spendOn(store, spec, key, cost),
      later: async () => await spendOn({ run: operations => later(operations) }, spec, key, cost),
    })
  }

  #countsOf(store: Store, clock: Clock): OptimisticCounts {
    const known = this.#counts.get(store) ?? new OptimisticCounts(clock)
    this.#counts.set(store, known)
    return known
  }
}

/** Other filters use the same store. */
const prefixed = (spec: LimiterSpec): LimiterSpec => ({ ...spec, keyPrefix: `rate-limit:${spec.keyPrefix}` })

interface HostLimiters {
  readonly limiters: readonly Limiter[]
  /** The same limits in memory, for the time when the host's limiters fail. */
  readonly spare: readonly Limiter[]
  readonly breaker: Breaker
}

/**
 * Counts on limiters that the host makes: once, and again if that failed. While they fail or are slow, memory counts.
 */
export class HostCounters implements Counters {
  readonly #plans: readonly Plan[]
  readonly #make: (spec: LimiterSpec) => Limiter | Promise<Limiter>
  readonly #deadline: number
  #made: Promise<HostLimiters> | undefined

  /** @param deadline milliseconds that a limiter may take */
  constructor(plans: readonly Plan[], make: (spec: LimiterSpec) => Limiter | Promise<Limiter>, deadline: number) {
    this.#plans = plans
    this.#make = make
    this.#deadline = deadline
  }

  async spend(context: Connection, index: number, key: string, cost: number): Promise<Spent> {
    this.#made ??= this.#begin(context).catch(error => {
      this.#made = undefined
      throw error
    })
    const { limiters, spare, breaker } = await this.#made
    return await breaker.run(
      () => spend(limiters[index], key, cost),
      () => spend(spare[index], key, cost),
    )
  }

  async #begin({ clock, notify }: Connection): Promise<HostLimiters> {
    const memory = memoryStore({ clock })
    return {
      limiters: await Promise.all(this.#plans.map(async ({ spec }) => this.#make(spec))),
      spare: this.#plans.map(({ spec }) => storeLimiter(memory, spec)),
      breaker: new Breaker({
        name: 'rate-limit',
        service: 'the limiter',
        fallback: 'counts go on in memory',
        deadline: this.#deadline,
        retry: 1_000,
        clock,
        notify,
      }),
    }
  }
}
