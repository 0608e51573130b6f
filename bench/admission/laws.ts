/** Laws by which admission could set its limit: those that were dropped, and ours. */
import { concurrencyLimit, type Measurement } from '../../src/load/limit.ts'

/** Sets the limit each second. */
export interface Law {
  readonly name: string
  readonly start: number
  step(limit: number, seen: Measurement): number
}

const MIN = 20
const MAX = 2_000
/** What a process without admission holds. */
const SOCKETS = 5_000
/** Unknown clients, which all of these are, may take this share of a limit. */
export const SHARE = 0.7

const clamp = (value: number): number => Math.min(MAX, Math.max(MIN, value))

/** The law until November 2026: a gradient from a fifth of the maximum, whatever the load is. */
function gradient(limit: number, { inside, slowdown, load }: Measurement): number {
  const isUsed = inside >= limit * SHARE
  const factor = Math.min(1, Math.max(0.5, 2 / slowdown), isUsed && load >= 0.9 ? 0.9 : 1)
  const room = isUsed && factor === 1 ? (slowdown < 1.2 && load < 0.7 ? limit * 2 : Math.sqrt(limit)) : 0
  return clamp(limit + (limit * factor + room - limit) * 0.2)
}

export const OPEN = Number.POSITIVE_INFINITY
const isOverloaded = ({ level, slowdown, load }: Measurement): boolean =>
  (level !== 'green' && slowdown > 2) || (level === 'red' && load >= 0.9)

export const laws: readonly (() => Law)[] = [
  () => ({ name: 'none', start: SOCKETS / SHARE, step: limit => limit }),
  () => ({ name: 'fixed at 200', start: 200, step: limit => limit }),
  () => ({ name: 'gradient from 200', start: 200, step: gradient }),
  () => ({
    name: 'open, gradient',
    start: OPEN,
    step: (limit, seen) => {
      if (seen.level === 'green') return OPEN
      if (limit !== OPEN) return gradient(limit, seen)
      return isOverloaded(seen) ? clamp(seen.inside / SHARE) : OPEN
    },
  }),
  () => ({
    name: 'open, AIMD',
    start: OPEN,
    step: (limit, seen) => {
      if (seen.level === 'green') return OPEN
      if (!isOverloaded(seen)) return clamp(limit + 10)
      return clamp((limit === OPEN ? seen.inside / SHARE : limit) * 0.8)
    },
  }),
  () => {
    const controller = concurrencyLimit({ min: MIN, max: MAX })
    return {
      name: 'ours',
      start: OPEN,
      step: (_limit, seen) => {
        controller.step(seen)
        return controller.value
      },
    }
  },
]
