/** Measures the means that estimates need, on a bounded number of the newest sessions of the history. */
import type { History } from '../../history/types.ts'
import type { GatewayEvent } from '../../model/events.ts'
import type { Clock } from '../../model/services.ts'
import type { Means } from './saved.ts'

/** What is read of the history. */
export type ReadHistory = Pick<History, 'search' | 'get'>

/** How long a measurement is used before the next one is made. */
const EVERY_MS = 60_000
/** Recipients that are looked at in one measurement, and sessions that are read. */
const MAX_ENTRIES = 100
const MAX_SESSIONS = 16
/** Of the newest values so many are kept. */
const MAX_VALUES = 400

/** Means of the newest messages; they follow changes, and cost a few reads a minute. */
export class MeasuredMeans {
  readonly #history: ReadHistory
  readonly #clock: Clock
  readonly #sizes: number[] = []
  readonly #transactions: { readonly isLost: boolean; readonly refused: number }[] = []
  readonly #seen: string[] = []
  #measuredAt = Number.NEGATIVE_INFINITY
  #isMeasuring = false

  constructor(history: ReadHistory, clock: Clock) {
    this.#history = history
    this.#clock = clock
  }

  /** The means so far. */
  get now(): Means {
    const bytes = this.#sizes.length === 0 ? null : sum(this.#sizes) / this.#sizes.length
    const refused = sum(this.#transactions.map(one => one.refused))
    const lost = this.#transactions.filter(({ isLost }) => isLost).length
    return { bytes, lost: refused === 0 ? null : lost / refused }
  }

  /** Measures again when it is time. Never rejects: without history the means stay as they were. */
  async refresh(): Promise<void> {
    const now = this.#clock.monotonic()
    if (this.#isMeasuring || now - this.#measuredAt < EVERY_MS) return
    this.#isMeasuring = true
    this.#measuredAt = now
    try {
      await this.#measure()
    } catch {
      // The history says by itself that it cannot be read.
    } finally {
      this.#isMeasuring = false
    }
  }

  async #measure(): Promise<void> {
    const { entries } = await this.#history.search({ limit: MAX_ENTRIES })
    const refs = [...new Set(entries.map(({ ref }) => ref))].filter(ref => !this.#seen.includes(ref))
    for (const ref of refs.slice(0, MAX_SESSIONS)) {
      this.#seen.push(ref)
      this.#take(await this.#history.get(ref))
    }
    this.#seen.splice(0, this.#seen.length - MAX_VALUES)
    this.#sizes.splice(0, this.#sizes.length - MAX_VALUES)
    this.#transactions.splice(0, this.#transactions.length - MAX_VALUES)
  }

  #take(events: readonly GatewayEvent[]): void {
    for (const event of events) {
      if (event.type !== 'transaction') continue
      const { accepted, refused, size } = event
      if (size !== undefined) this.#sizes.push(size)
      if (refused > 0) this.#transactions.push({ refused, isLost: accepted === 0 && size === undefined })
    }
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
