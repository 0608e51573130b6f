/** Forecasts of what arrives at this node and of what is refused, learnt from its counters; both survive a restart. */
import { type Forecast, forecast } from '../load/forecast.ts'
import type { Unusual } from '../load/unusual.ts'
import { errorText } from '../model/errors.ts'
import type { Clock } from '../model/services.ts'

/** The steps of both forecasts. */
const STEP = '5m'
const STEP_MS = 300_000
/** Counts that come after a longer pause are not used: they would look like a flood, and the pause like an outage. */
const MAX_PAUSE_MS = 90_000
/** Refusals are compared with what was expected an hour before: a forecast of the next step soon expects the flood. */
const AHEAD = '1h'
const AHEAD_STEPS = 12
/** Expected refusals of the last steps. */
const KEPT_STEPS = 3
/** How far ahead the end of a surge is looked for. */
const MAX_AHEAD_STEPS = 288
/** A forecast of the arrivals of one step may be this much below them: beyond that it has not expected the surge. */
const SURPRISE = 2

/** When a surge ends, as far as the forecast knows. */
export type SurgeEnd =
  | { readonly kind: 'at'; readonly inMs: number }
  /** The forecast did not expect the surge, and so cannot say when it ends. */
  | { readonly kind: 'unexpected' }
  | { readonly kind: 'not-within-a-day' }
  /** Less than a day was observed. */
  | { readonly kind: 'unknown' }

export class ArrivalForecasts {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>
  #arrivals: Forecast
  #refusals: Forecast
  /** Expected refusals by step, written an hour before. */
  readonly #expected = new Map<number, number>()
  /** Refusals and arrivals of the steps that have ended, the newest last. */
  readonly #ended: { readonly step: number; readonly refused: number; readonly arrived: number }[] = []
  #step: number
  #takenAt = Number.NEGATIVE_INFINITY
  #refused = 0
  #arrived = 0

  constructor(clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#clock = clock
    this.#arrivals = forecast({ step: STEP, clock })
    this.#refusals = forecast({ step: STEP, clock })
    this.#step = this.#stepNow()
  }

  /** Takes what {@link ArrivalForecasts.save} has returned. @returns what is wrong with it, and begins anew then */
  restore(saved: string): string | undefined {
    try {
      const { arrivals, refusals } = JSON.parse(saved) as { arrivals: string; refusals: string }
      const restored = [arrivals, refusals].map(text => forecast({ step: STEP, clock: this.#clock, saved: text }))
      this.#arrivals = restored[0] ?? this.#arrivals
      this.#refusals = restored[1] ?? this.#refusals
      return undefined
    } catch (error) {
      return errorText(error)
    }
  }

  save(): string {
    if (this.#clock.monotonic() - this.#takenAt > MAX_PAUSE_MS) this.#skip()
    return JSON.stringify({ arrivals: this.#arrivals.save(), refusals: this.#refusals.save() })
  }

  /** Takes what has arrived and what was refused since the last time; call it every minute or more often. */
  take({ arrived, refused }: { readonly arrived: number; readonly refused: number }): void {
    const isKnown = this.#clock.monotonic() - this.#takenAt <= MAX_PAUSE_MS
    this.#takenAt = this.#clock.monotonic()
    if (!isKnown) {
      this.#skip()
      return
    }
    this.#advance()
    this.#arrivals.arrived(arrived)
    this.#refusals.arrived(refused)
    this.#arrived += arrived
    this.#refused += refused
  }

  unusual(): Unusual | undefined {
    return this.#arrivals.unusual()
  }

  get arrivals(): Pick<Forecast, 'expect' | 'peak'> {
    return this.#arrivals
  }

  /** Refusals of the last quarter of an hour, and how many were expected an hour before; undefined: not known yet. */
  refusals(): { readonly count: number; readonly expected: number } | undefined {
    this.#advance()
    const steps = this.#ended.slice(-KEPT_STEPS)
    const expected = steps.map(({ step }) => this.#expected.get(step))
    if (steps.length < KEPT_STEPS || expected.some(one => one === undefined)) return undefined
    return {
      count: steps.reduce((sum, { refused }) => sum + refused, 0),
      expected: expected.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    }
  }

  /**
   * When fewer arrive than the node can serve.
   *
   * @param served how many clients of the last step were let in
   */
  surgeEnd(served: number): SurgeEnd {
    this.#advance()
    const arrived = this.#ended.at(-1)?.arrived
    const next = this.#arrivals.expect(STEP)
    if (next === undefined || arrived === undefined) return { kind: 'unknown' }
    // Ahead of one day the forecast is the pattern alone: has the pattern this surge in it?
    const usual = this.#arrivals.expect('1d')
    if (usual === undefined || arrived > SURPRISE * usual.high) return { kind: 'unexpected' }
    for (let ahead = 1; ahead <= MAX_AHEAD_STEPS; ahead += 1) {
      const expected = this.#arrivals.expect(ahead * STEP_MS)
      if (expected !== undefined && expected.expected <= served) return { kind: 'at', inMs: ahead * STEP_MS }
    }
    return { kind: 'not-within-a-day' }
  }

  /** For some time nothing was known: when and how fast it arrived meanwhile is not. */
  #skip(): void {
    this.#arrivals.skip()
    this.#refusals.skip()
    this.#ended.length = 0
    this.#step = this.#stepNow()
    this.#refused = 0
    this.#arrived = 0
  }

  readonly #stepNow = (): number => Math.floor(this.#clock.now() / STEP_MS)

  #advance(): void {
    const now = this.#stepNow()
    if (now === this.#step) return
    // Steps that the clock jumped over are unknown: the list begins anew.
    if (now !== this.#step + 1) this.#ended.length = 0
    else this.#ended.push({ step: this.#step, refused: this.#refused, arrived: this.#arrived })
    if (this.#ended.length > KEPT_STEPS) this.#ended.shift()
    this.#step = now
    this.#refused = 0
    this.#arrived = 0
    const ahead = this.#refusals.expect(AHEAD)
    if (ahead !== undefined) this.#expected.set(now - 1 + AHEAD_STEPS, ahead.expected)
    for (const step of this.#expected.keys()) if (step < now - KEPT_STEPS) this.#expected.delete(step)
  }
}
