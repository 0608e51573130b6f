/** The deadlines of all waves of a clock: one timer for all, because nearly every wave ends long before its own. */
import { type Place, Registry } from '../model/registry.ts'
import { RunningTime } from '../model/running-time.ts'
import type { Clock } from '../model/services.ts'

/** What ends at a deadline. */
export interface Waiting {
  /** In running time. @internal of {@link Deadlines} */
  due: number
  /** The deadline has passed: removes itself, or is added anew. */
  late(): void
}

/** Somebody looks at least so often, so that a stop of the process is noticed. */
const LOOK_MS = 1_000
/** A timer that is later than this was held up by this process. */
const HELD_UP_MS = 100

const lists = new WeakMap<Clock, Deadlines>()

export function deadlinesOf(clock: Clock): Deadlines {
  const known = lists.get(clock)
  if (known !== undefined) return known
  const made = new Deadlines(clock)
  lists.set(clock, made)
  return made
}

export class Deadlines {
  readonly #clock: Clock
  readonly #time: RunningTime
  readonly #waiting = new Registry<Waiting>()
  /** When the timer is due, by the clock; Infinity while there is none. */
  #dueAt = Number.POSITIVE_INFINITY
  #cancel: (() => void) | undefined
  /** The look before this one came late, and ended nothing. */
  #wasHeldUp = false

  constructor(clock: Clock) {
    this.#clock = clock
    this.#time = new RunningTime(clock, LOOK_MS)
  }

  /** @returns the place, for `remove`; it is free again once the deadline has passed */
  add(waiting: Waiting, ms: number): Place<Waiting> {
    waiting.due = this.#time.now() + ms
    this.#arm(ms)
    return this.#waiting.add(waiting)
  }

  remove(place: Place<Waiting>): void {
    this.#waiting.remove(place)
  }

  /** Looks after `ms` milliseconds at the latest. */
  #arm(ms: number): void {
    const at = this.#clock.monotonic() + Math.min(ms, LOOK_MS)
    if (at >= this.#dueAt) return
    this.#cancel?.()
    this.#dueAt = at
    this.#cancel = this.#clock.after(Math.min(ms, LOOK_MS), this.#look)
  }

  readonly #look = (): void => {
    const isHeldUp = this.#clock.monotonic() - this.#dueAt > HELD_UP_MS
    const now = this.#time.now()
    this.#dueAt = Number.POSITIVE_INFINITY
    // What has arrived meanwhile is read first. Only once, so that a process that is always late ends waiting too.
    if (isHeldUp && !this.#wasHeldUp) {
      this.#wasHeldUp = true
      if (this.#waiting.size > 0) this.#arm(HELD_UP_MS)
      return
    }
    this.#wasHeldUp = false
    let next = Number.POSITIVE_INFINITY
    this.#waiting.walk(waiting => {
      // Timers of the system may be early by a part of a millisecond.
      if (waiting.due - now < 1) waiting.late()
      else next = Math.min(next, waiting.due - now)
    })
    if (this.#waiting.size > 0) this.#arm(next)
  }
}
