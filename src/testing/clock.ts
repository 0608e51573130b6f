/** A clock that tests and replays advance by hand. */
import type { Clock } from '../model/services.ts'

/** Where a {@link clock} begins. */
export interface ClockOptions {
  /** The time of day at first, in milliseconds since 1970. @default 0 */
  readonly now?: number
}

/** A clock that stands still until a test advances it. */
export interface HandClock extends Clock {
  /** Advances by `ms` milliseconds: runs the timers that are due, in order, and lets promises settle after each. */
  advance(ms: number): Promise<void>
  /** The same without waiting: promises do not settle between two timers. */
  pass(ms: number): void
  /**
   * The process stands still, as after SIGSTOP or in a long pause of the collector: time passes, and timers that were
   * due meanwhile run only then, late.
   */
  stall(ms: number): void
  /** Milliseconds until the next timer; undefined when there is none. */
  next(): number | undefined
}

/**
 * Returns a clock that stands still until it is advanced.
 *
 * @example
 * const hand = clock({ now: Date.UTC(2026, 0, 1) })
 * const found = probe(slowFilter, { clock: hand })
 * await hand.advance(10_000)
 */
export function clock({ now = 0 }: ClockOptions = {}): HandClock {
  const timers = new Map<() => void, number>()
  let time = 0

  const nextTimer = (): readonly [callback: () => void, at: number] | undefined => {
    let first: readonly [() => void, number] | undefined
    for (const timer of timers) if (first === undefined || timer[1] < first[1]) first = timer
    return first
  }
  /** Runs the next timer that is due by `end`. @returns false when there is none */
  const runNext = (end: number): boolean => {
    const timer = nextTimer()
    if (timer === undefined || timer[1] > end) {
      time = Math.max(time, end)
      return false
    }
    const [callback, at] = timer
    timers.delete(callback)
    time = Math.max(time, at)
    callback()
    return true
  }

  return {
    now: () => now + time,
    monotonic: () => time,
    after: (ms, callback) => {
      // The same function may be passed twice.
      const timer = () => callback()
      timers.set(timer, time + Math.max(ms, 0))
      return () => {
        timers.delete(timer)
      }
    },
    pass: ms => {
      const end = time + ms
      while (runNext(end));
    },
    stall: ms => {
      time += ms
      while (runNext(time));
    },
    advance: async ms => {
      const end = time + ms
      await settled()
      while (runNext(end)) await settled()
    },
    next: () => {
      const timer = nextTimer()
      return timer && Math.max(timer[1] - time, 0)
    },
  }
}

/** Resolves when all pending promises that need neither time nor another thread have settled. */
export const settled = (): Promise<void> => new Promise(resolve => setImmediate(() => setImmediate(resolve)))
