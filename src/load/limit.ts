/** How many sessions at once are good for all of them: found out from how much slower what is behind us becomes. */

/** What was seen since the last step. */
export interface Seen {
  /** The most that were inside at once. */
  readonly inside: number
  /** How many times slower than usual what is behind us answers. */
  readonly slowdown: number
  /** The load of this process, from 0 to 1. */
  readonly load: number
}

export interface ConcurrencyLimit {
  readonly value: number
  /** One step; once a second. */
  step(seen: Seen): void
}

/** Up to here slower is no sign of too much: work that waits for its turn once is only twice as slow. */
const TOLERANCE = 2
/** From here on the process itself has too much. */
const FULL = 0.9
/** Below this load, and not slowed down, whoever fills the limit gets two fifths more each second: what fills it is no work. */
const CALM = 0.7
const MORE = 2
const NO_SLOWER = 1.2
const SMOOTHING = 0.2

/**
 * A gradient, in the manner of the concurrency-limits of Netflix: the limit follows usual over present latency, never to
 * less than a half in one step, and grows by its root where nothing is slow and the limit is what holds it back.
 */
export function concurrencyLimit({
  least,
  most,
  first,
}: {
  readonly least: number
  readonly most: number
  readonly first: number
}): ConcurrencyLimit {
  let value = Math.min(most, Math.max(least, first))
  return {
    get value() {
      return value
    },
    step: ({ inside, slowdown, load }) => {
      const held = inside >= value * 0.7
      // Fewer places help a process that is full only where it is the places that fill it.
      const gradient = Math.min(1, Math.max(0.5, TOLERANCE / slowdown), held && load >= FULL ? FULL : 1)
      const isCalm = slowdown < NO_SLOWER && load < CALM
      const room = held && gradient === 1 ? (isCalm ? value * MORE : Math.sqrt(value)) : 0
      const wanted = value * gradient + room
      value = Math.min(most, Math.max(least, value + (wanted - value) * SMOOTHING))
    },
  }
}
