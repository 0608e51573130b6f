/**
 * Time for which this process has run. Clients and services are judged by it: a process that was stopped, starved or
 * paused by the collector has not read meanwhile what they have sent.
 */
import type { Clock } from './services.ts'

/** An interval counts at most so many times the interval after which somebody looks. */
const MAX_STEPS = 2
const MAX_STEP_MS = 1_000
/** A short time is looked at so often, so that a stop within it does not use it up. */
const STEPS = 4

/** Milliseconds that are measured at least every `step` milliseconds: a longer interval counts two of them. */
export class RunningTime {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #max: number
  #time = 0
  #at: number

  /** @param step milliseconds after which `now` is called at the latest, while somebody is measured by it */
  constructor(clock: Pick<Clock, 'monotonic'>, step: number) {
    this.#clock = clock
    this.#max = MAX_STEPS * step
    this.#at = clock.monotonic()
  }

  /** Milliseconds since it was made. */
  now(): number {
    const at = this.#clock.monotonic()
    this.#time += Math.min(at - this.#at, this.#max)
    this.#at = at
    return this.#time
  }
}

/**
 * Calls back once after this process has run for `ms` milliseconds, unless the returned function is called first. Use
 * it where the passing of the time counts as a failure of somebody else.
 */
export function afterRunning(clock: Clock, ms: number, callback: () => void): () => void {
  const timer = new RunningTimer(clock, ms, callback)
  return () => timer.cancel()
}

class RunningTimer {
  readonly #clock: Clock
  readonly #callback: () => void
  readonly #step: number
  #left: number
  #at: number
  #cancel: () => void

  constructor(clock: Clock, ms: number, callback: () => void) {
    this.#clock = clock
    this.#callback = callback
    this.#step = Math.min(MAX_STEP_MS, Math.max(1, ms / STEPS))
    this.#left = ms
    this.#at = clock.monotonic()
    this.#cancel = clock.after(Math.min(ms, this.#step), this.#look)
  }

  cancel(): void {
    this.#cancel()
  }

  readonly #look = (): void => {
    const now = this.#clock.monotonic()
    this.#left -= Math.min(now - this.#at, MAX_STEPS * this.#step)
    this.#at = now
    // Timers of the system may be early by a part of a millisecond.
    if (this.#left < 1) this.#callback()
    else this.#cancel = this.#clock.after(Math.min(this.#left, this.#step), this.#look)
  }
}
