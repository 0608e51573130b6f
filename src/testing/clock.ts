/** A clock wound by hand: in tests and replays no time passes unless they say so. */
import type { Clock } from '../model/services.ts'

export interface ClockOptions {
  /** What the wall shows at first, in milliseconds since 1970. @default 0 */
  readonly now?: number
}

export interface HandClock extends Clock {
  /** Lets `ms` milliseconds pass: rings what is due, in order, and lets what waits for a bell go on before the next. */
  advance(ms: number): Promise<void>
  /** The same at one go: bells ring one right after another. */
  pass(ms: number): void
  /** Milliseconds until the next bell, if there is one. */
  next(): number | undefined
}

/**
 * A clock that stands still until it is advanced.
 *
 * @example
 * const hand = clock({ now: Date.UTC(2026, 0, 1) })
 * const found = probe(slowFilter, { clock: hand })
 * await hand.advance(10_000)
 */
export function clock({ now = 0 }: ClockOptions = {}): HandClock {
  const bells = new Map<() => void, number>()
  let time = 0

  const earliest = (): readonly [ring: () => void, at: number] | undefined => {
    let first: readonly [() => void, number] | undefined
    for (const bell of bells) if (first === undefined || bell[1] < first[1]) first = bell
    return first
  }
  /** Rings the next bell that is due by `end`; false when there is none. */
  const ringNext = (end: number): boolean => {
    const bell = earliest()
    if (bell === undefined || bell[1] > end) {
      time = Math.max(time, end)
      return false
    }
    const [ring, at] = bell
    bells.delete(ring)
    time = Math.max(time, at)
    ring()
    return true
  }

  return {
    now: () => now + time,
    monotonic: () => time,
    after: (ms, ring) => {
      // The same function may be asked to ring twice.
      const bell = () => ring()
      bells.set(bell, time + Math.max(ms, 0))
      return () => {
        bells.delete(bell)
      }
    },
    pass: ms => {
      const end = time + ms
      while (ringNext(end));
    },
    advance: async ms => {
      const end = time + ms
      await settled()
      while (ringNext(end)) await settled()
    },
    next: () => {
      const bell = earliest()
      return bell && Math.max(bell[1] - time, 0)
    },
  }
}

/** Resolves when everything that needs no time and no other thread has gone as far as it can. */
export const settled = (): Promise<void> => new Promise(resolve => setImmediate(() => setImmediate(resolve)))
