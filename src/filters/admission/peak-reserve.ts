/** The share of slots that only known clients may take: a larger one from ten minutes before an expected overload. */
import type { Forecast } from '../../load/forecast.ts'

export interface PeakReserveOptions {
  /** The share while no overload is expected. */
  readonly usual: number
  /** The share from ten minutes before it. */
  readonly atPeak: number
  /** Forecasts sessions; its step is a minute. */
  readonly forecast: Pick<Forecast, 'peak'>
}

const STEP_MS = 60_000
const AHEAD = '10m'
/** The forecast is asked so often. */
const EVERY_MS = 10_000
/** How many sessions the mean duration follows. */
const MEMORY = 100

export class PeakReserve {
  readonly #options: PeakReserveOptions
  #meanMs = 0
  #ended = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #share: number

  constructor(options: PeakReserveOptions) {
    this.#options = options
    this.#share = options.usual
  }

  /** A session that had a slot has ended. */
  ended(ms: number): void {
    this.#ended += 1
    this.#meanMs += (ms - this.#meanMs) / Math.min(this.#ended, MEMORY)
  }

  get share(): number {
    return this.#share
  }

  /** Looks ahead: are more slots needed than there are? By Little's law, arrivals times duration. */
  look(limit: number, now: number): void {
    if (now - this.#askedAt < EVERY_MS) return
    this.#askedAt = now
    const { usual, atPeak, forecast } = this.#options
    const expected = forecast.peak(AHEAD)?.expected ?? 0
    this.#share = (expected / STEP_MS) * this.#meanMs > limit ? atPeak : usual
  }
}
