/** Answers from what was heard a moment ago while a key is far from its limit, and counts with the next list. */
import type { Clock } from '../../model/services.ts'
import type { Spent } from './spend.ts'

/** Others count too: what is older than this is asked for anew. */
const FRESH_MS = 5_000
/** Up to this share of a limit nothing hangs on a count that is half a second old. */
const SHARE = 0.5
const MAX_KEYS = 10_000

interface KnownCount {
  count: number
  /** Charges that are on their way. */
  pending: number
  at: number
  /** When the window ends. */
  ends: number
}

/** How a charge is made: now, with an answer that is waited for, or with the next list. */
export interface Charging {
  readonly key: string
  readonly cost: number
  readonly limit: number
  readonly now: () => Promise<Spent>
  readonly later: () => Promise<Spent>
}

export class OptimisticCounts {
  readonly #heard = new Map<string, KnownCount>()
  readonly #clock: Pick<Clock, 'monotonic'>

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  async spend({ key, cost, limit, now, later }: Charging): Promise<Spent> {
    const time = this.#clock.monotonic()
    const heard = this.#heard.get(key)
    const isFresh = heard !== undefined && time - heard.at < FRESH_MS && time < heard.ends
    if (!isFresh || heard.count + heard.pending + cost > limit * SHARE) return this.#hear(key, await now())
    if (cost > 0) {
      heard.pending += cost
      const done = () => {
        heard.pending -= cost
      }
      later()
        .then(spent => this.#hear(key, spent))
        .then(done, done)
    }
    const endsIn = Number.isFinite(heard.ends) ? heard.ends - time : -1
    return { over: false, count: heard.count + heard.pending, endsIn }
  }

  #hear(key: string, spent: Spent): Spent {
    const heard = this.#heard.get(key) ?? { count: 0, pending: 0, at: 0, ends: 0 }
    heard.at = this.#clock.monotonic()
    heard.count = spent.count
    heard.ends = spent.endsIn < 0 ? Number.POSITIVE_INFINITY : heard.at + spent.endsIn
    this.#heard.delete(key)
    this.#heard.set(key, heard)
    const [oldest = key] = this.#heard.size > MAX_KEYS ? this.#heard.keys() : []
    if (oldest !== key) this.#heard.delete(oldest)
    return spent
  }
}
