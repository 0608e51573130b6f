/** Stops asking a service that fails, and finds out cheaply when it is back. */
import type { Clock } from '../../model/services.ts'

export interface Breaker {
  /** Whether the service may be asked now. */
  ready(clock: Clock): Promise<boolean>
  /** What became of asking it. */
  report(clock: Clock, good: boolean): void
}

export interface BreakerOptions {
  /** How many failures in a row open it. */
  readonly failures: number
  /** Milliseconds between two tries while it is open. */
  readonly retry: number
  /** Whether the service is there. Must settle in short time, and never reject. Without it one asker in `retry` finds out. */
  readonly probe?: (clock: Clock) => Promise<boolean>
}

/** While it is open the asker who comes first has the service probed, and those beside wait for that answer. */
export function breaker({ failures, retry, probe }: BreakerOptions): Breaker {
  let [inRow, open, triedAt] = [0, false, Number.NEGATIVE_INFINITY]
  let probing: Promise<boolean> | undefined

  const examine = async (clock: Clock, isThere: NonNullable<typeof probe>): Promise<boolean> => {
    const good = await isThere(clock)
    probing = undefined
    inRow = 0
    open = !good
    triedAt = clock.monotonic()
    return good
  }

  return {
    ready: async clock => {
      if (!open) return true
      if (probing) return await probing
      if (clock.monotonic() - triedAt < retry) return false
      triedAt = clock.monotonic()
      if (!probe) return true
      probing = examine(clock, probe)
      return await probing
    },
    report: (clock, good) => {
      inRow = good ? 0 : inRow + 1
      if (good) open = false
      else if (inRow >= failures && !open) {
        open = true
        // With a probe the first one is made at once: messages on which a healthy scanner fails must not stop honest mail.
        triedAt = probe ? Number.NEGATIVE_INFINITY : clock.monotonic()
      }
    },
  }
}
