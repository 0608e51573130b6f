/**
 * The time in which this process ran: a pause (a stopped process, the collector) counts as two ticks at most. Unlike
 * `RunningTime` it counts the whole time in which the meter was idle, and remembers how long the last pause was.
 */

export class OwnTime {
  readonly #tickMs: number
  #tickedAt: number
  #pauseEnd = Number.NEGATIVE_INFINITY
  #pauseMs = 0
  /** Milliseconds. */
  now = 0

  /** @param start on the monotonic clock, as all times here but `now` */
  constructor(tickMs: number, start: number) {
    this.#tickMs = tickMs
    this.#tickedAt = start
  }

  /** There was no tick for a while, because none was needed. */
  resume(at: number): void {
    this.now += at - this.#tickedAt
    this.#tickedAt = at
  }

  /** @param late how much later than it was due the tick came */
  tick(at: number, late: number): void {
    this.now += Math.min(at - this.#tickedAt, 2 * this.#tickMs)
    this.#tickedAt = at
    if (late > this.#tickMs) [this.#pauseEnd, this.#pauseMs] = [at, late]
  }

  /**
   * How much of the last `ms` the process did not run: an answer that lay there meanwhile is not a slow one.
   *
   * @param late how late the next tick is already
   */
  pausedIn(ms: number, at: number, late: number): number {
    const [end, paused] = late > this.#tickMs ? [at, late] : [this.#pauseEnd, this.#pauseMs]
    return Math.max(0, Math.min(paused, ms, end - (at - ms)))
  }
}
