/** The control loop of admission: open until sessions overload the process or a service behind it, then a limit. */
import type { Level } from '../model/load.ts'

/** What was measured since the last step. */
export interface Measurement {
  /** The most sessions that were open at once. */
  readonly inside: number
  /** How many times slower than usual the services behind us answer. */
  readonly slowdown: number
  /** The load of this process, from 0 to 1. */
  readonly load: number
  readonly level: Level
}

export interface ConcurrencyLimit {
  /** Infinity while admission is open. */
  readonly value: number
  /** The limit is still that of another process: the level of this one is too young to be evidence. */
  readonly isInherited: boolean
  /** Adjusts the limit; call it once a second. */
  step(measured: Measurement): void
}

/** Up to this slowdown there is no overload: work that waits for one turn is only twice as slow. */
const TOLERANCE = 2
/** From this load on, at the level red, the process itself is overloaded: one stall is not red. */
const FULL = 0.9
/** The limit of an overloaded process falls by a seventh each second. */
const SHED = 6 / 7
/** A limit that follows a slow service moves by a fifth of the difference each second. */
const SMOOTHING = 0.2
/** Below this load a limit that is in use grows by two fifths each second: the sessions that fill it do no work. */
const CALM = 0.7
const GROWTH = 1.4
/** A limit counts as used from here on: unknown clients never take more than about this share of it. */
const USED = 0.7
/** A limit that a process found when it began holds until the level was green for so many seconds. */
const INHERITED_S = 5

/**
 * Open while the level is green. When it is not, and work is overloaded, the limit begins at what is open now, so that
 * the overload does not grow, and falls as long as the overload lasts: by a seventh each second for an overloaded
 * process, towards usual latency over present latency for a slow service (after Netflix's concurrency-limits). Without
 * overload it grows, and at green admission is open again.
 *
 * @param inherited the limit of another process that is under the same flood, when this one begins
 */
export function concurrencyLimit({
  min,
  max,
  inherited = Number.POSITIVE_INFINITY,
}: {
  readonly min: number
  readonly max: number
  readonly inherited?: number
}): ConcurrencyLimit {
  const bounded = (limit: number): number => Math.min(max, Math.max(min, limit))
  let value = Number.isFinite(inherited) ? bounded(inherited) : inherited
  let inheritedFor = Number.isFinite(inherited) ? INHERITED_S : 0
  return {
    get value() {
      return value
    },
    get isInherited() {
      return inheritedFor > 0
    },
    step: ({ inside, slowdown, load, level }) => {
      const isSlow = level !== 'green' && slowdown > TOLERANCE
      const isFull = level === 'red' && load >= FULL
      inheritedFor = level === 'green' ? inheritedFor - 1 : 0
      if (level === 'green' && inheritedFor <= 0) value = Number.POSITIVE_INFINITY
      if (value === Number.POSITIVE_INFINITY) {
        // What is open now may stay, and as much more as unknown clients cannot use.
        if (isSlow || isFull) value = bounded((inside / USED) * (isSlow ? TOLERANCE / slowdown : 1))
        return
      }
      const isUsed = inside >= value * USED
      // A limit that is still exceeded has had no effect yet.
      const isInForce = isUsed && inside <= value
      if (isSlow && isInForce) value -= value * (1 - Math.max(0.5, TOLERANCE / slowdown)) * SMOOTHING
      // A lower limit helps an overloaded process only when the sessions are what loads it.
      if (isFull && isInForce) value *= SHED
      if (!isSlow && !isFull && isUsed) value = load < CALM ? value * GROWTH : value + Math.sqrt(value) * SMOOTHING
      value = bounded(value)
    },
  }
}
