/** A limit on concurrent sessions that follows how much slower the services behind us become. */

/** What was measured since the last step. */
export interface Measurement {
  /** The most sessions that were open at once. */
  readonly inside: number
  /** How many times slower than usual the services behind us answer. */
  readonly slowdown: number
  /** The load of this process, from 0 to 1. */
  readonly load: number
}

export interface ConcurrencyLimit {
  readonly value: number
  /** Adjusts the limit; call it once a second. */
  step(measured: Measurement): void
}

/** Up to this slowdown there is no overload: work that waits for one turn is only twice as slow. */
const TOLERANCE = 2
/** From this load on the process itself is overloaded. */
const FULL = 0.9
/**
 * Below this load and without slowdown a full limit grows by two fifths each second: the sessions that fill it do no
 * work.
 */
const CALM = 0.7
const MORE = 2
const NO_SLOWER = 1.2
const SMOOTHING = 0.2

/**
 * A gradient limit, after Netflix's concurrency-limits: the limit follows usual latency over present latency, never to
 * less than a half in one step, and grows by its square root where nothing is slow and the limit is in use.
 */
export function concurrencyLimit({
  min,
  max,
  initial,
}: {
  readonly min: number
  readonly max: number
  readonly initial: number
}): ConcurrencyLimit {
  let value = Math.min(max, Math.max(min, initial))
  return {
    get value() {
      return value
    },
    step: ({ inside, slowdown, load }) => {
      const isUsed = inside >= value * 0.7
      // A lower limit helps an overloaded process only when the sessions are what loads it.
      const gradient = Math.min(1, Math.max(0.5, TOLERANCE / slowdown), isUsed && load >= FULL ? FULL : 1)
      const isCalm = slowdown < NO_SLOWER && load < CALM
      const room = isUsed && gradient === 1 ? (isCalm ? value * MORE : Math.sqrt(value)) : 0
      const wanted = value * gradient + room
      value = Math.min(max, Math.max(min, value + (wanted - value) * SMOOTHING))
    },
  }
}
