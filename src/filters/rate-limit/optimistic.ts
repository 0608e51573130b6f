/** Answers from a count of a moment ago while a key is far from its limit, and sends the charge with the next list. */
import type { Clock } from '../../model/services.ts'
import type { Spent } from './spent.ts'

/** Other processes count too, so that an older count is asked for anew. */
const FRESH_MS = 5_000
/** Up to this share of a limit a count may be half a second old. */
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
  readonly #counts = new Map<string, KnownCount>()
  readonly #clock: Pick<Clock, 'monotonic'>

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  async spend({ key, cost, limit, now, later }: Charging): Promise<Spent> {
    const time = this.#clock.monotonic()
    const known = this.#counts.get(key)
    const isFresh = known !== undefined && time - known.at < FRESH_MS && time < known.ends
    if (!isFresh || known.count + known.pending + cost > limit * SHARE) return this.#remember(key, await now())
    if (cost > 0) {
      known.pending += cost
      const done = () => {
        known.pending -= cost
      }
      later()
        .then(spent => this.#remember(key, spent))
        .then(done, done)
    }
    const endsIn = Number.isFinite(known.ends) ? known.ends - time : -1
    return { over: false, count: known.count + known.pending, endsIn }
  }

  #remember(key: string, spent: Spent): Spent {
    const known = this.#counts.get(key) ?? { count: 0, pending: 0, at: 0, ends: 0 }
    known.at = this.#clock.monotonic()
    known.count = spent.count
    known.ends = spent.endsIn < 0 ? Number.POSITIVE_INFINITY : known.at + spent.endsIn
    this.#counts.delete(key)
    this.#counts.set(key, known)
    const [oldest = key] = this.#counts.size > MAX_KEYS ? this.#counts.keys() : []
    if (oldest !== key) this.#counts.delete(oldest)
    return spent
  }
}
