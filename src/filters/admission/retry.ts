/** When a client that was turned away is told to come again: later when many were, and never all at once. */
import type { Trust } from '../../facts/trust.ts'

/** Minutes: none is told to come sooner, or later. */
const SOONEST = 2
const LATEST = 60
/** Without any crowd, the last one is told to come so much later than the first. */
const SPREAD = 5

const share: Readonly<Record<Trust, number>> = { known: 0.5, unknown: 1, bad: 2 }

/**
 * Those who were turned away within a minute need as many minutes to be served as they are more than those who were let
 * in: over that time they are spread, each by his own reference, so that they do not come back together.
 *
 * @param pressure how many were turned away lately for each that was let in
 */
export function minutesUntil(lane: Trust, pressure: number, ref: string): number {
  const latest = Math.min(LATEST, (SPREAD + pressure) * share[lane])
  return Math.round(SOONEST + Math.max(1, latest) * fraction(ref))
}

/** From 0 to 1, the same for the same reference (FNV-1a). */
function fraction(ref: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < ref.length; index += 1) hash = Math.imul(hash ^ ref.charCodeAt(index), 0x01000193)
  // The lowest bits of the last character would be the highest of the fraction.
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}
