/** A clock that a test winds by hand. */
import type { Clock } from '../../src/core/world.ts'

export interface HandClock extends Clock {
  /** Lets `ms` milliseconds pass: rings what is due, in order. */
  pass(ms: number): void
}

export function handClock(): HandClock {
  const bells = new Map<() => void, number>()
  let time = 0
  return {
    now: () => time,
    monotonic: () => time,
    after: (ms, ring) => {
      const bell = () => ring()
      bells.set(bell, time + ms)
      return () => bells.delete(bell)
    },
    pass: ms => {
      const end = time + ms
      for (;;) {
        const [next] = [...bells].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b)
        if (next === undefined) break
        const [bell, at] = next
        bells.delete(bell)
        time = at
        bell()
      }
      time = end
    },
  }
}
