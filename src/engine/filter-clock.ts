/**
 * Tells how long the code of a filter runs from how long it waits. Timed are its first slice, up to the first `await`,
 * and the slices in which it goes on after a fact that it has asked for: there is where filters compute. What runs
 * after another wait, for a scanner or a store, counts as waiting.
 *
 * Promise jobs run in the order in which they are queued. So a job that is queued behind the one in which a filter goes
 * on marks the end of that slice; a few more behind it catch what goes on after a nested `await`.
 */
import type { Clock } from '../model/services.ts'

/** One filter that has not settled. */
export interface RunningFilter {
  /** When it was started, in milliseconds. */
  readonly since: number
  /** Milliseconds for which its code has run. */
  cpu: number
  /** How many marks are still to be queued for it. */
  marks: number
}

/** `Promise.all`, the `await` of a helper, and the filter itself: each takes one job. */
const MARKS = 3
const SETTLED = Promise.resolve()

const clocks = new WeakMap<Clock, FilterClock>()

/** One for all sessions of a clock: their promise jobs stand in one queue, and each is charged to its filter alone. */
export function filterClockOf(clock: Clock): FilterClock {
  const known = clocks.get(clock)
  if (known !== undefined) return known
  const made = new FilterClock(clock)
  clocks.set(clock, made)
  return made
}

export class FilterClock {
  readonly #clock: Clock
  /** Whose code runs now, as far as that is known. */
  #current: RunningFilter | undefined
  /** The filters whose marks are queued, in the order of the queue. */
  readonly #queue: RunningFilter[] = []
  /** Where the slice that runs now has begun. */
  #mark = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The first slice of a filter begins. */
  enter(filter: RunningFilter): void {
    this.#current = filter
  }

  /** It has ended, after `ms` milliseconds: they do not belong to the filter whose mark comes next. */
  leave(ms: number): void {
    this.#current = this.#queue[0]
    this.#mark += ms
  }

  /** The same answer, timed for the filter that has asked for it. */
  timed<T>(answer: Promise<T>): Promise<T> {
    const filter = this.#current
    if (filter === undefined) return answer
    return new Promise<T>((resolve, reject) => {
      answer.then(
        value => {
          resolve(value)
          this.#goesOn(filter)
        },
        error => {
          reject(error)
          this.#goesOn(filter)
        },
      )
    })
  }

  #goesOn(filter: RunningFilter): void {
    this.#charge()
    const isQueued = filter.marks > 0
    filter.marks = MARKS
    if (!isQueued) this.#enqueue(filter)
  }

  #enqueue(filter: RunningFilter): void {
    this.#queue.push(filter)
    this.#current = this.#queue[0]
    SETTLED.then(this.#atMark)
  }

  readonly #atMark = (): void => {
    this.#charge()
    const filter = this.#queue.shift()
    this.#current = this.#queue[0]
    if (filter === undefined) return
    filter.marks -= 1
    if (filter.marks > 0) this.#enqueue(filter)
  }

  /** What has run since the last mark was the filter whose mark comes next. */
  #charge(): void {
    const now = this.#clock.monotonic()
    const running = this.#queue[0]
    if (running !== undefined) running.cpu += now - this.#mark
    this.#mark = now
  }
}
