/** When a client that was turned away should come again: later when there are many, and not all at the same time. */
import type { Trust } from '../../facts/trust.ts'

/** The bounds, in minutes. */
const MIN_MINUTES = 2
const MAX_MINUTES = 60
/** Minutes over which clients are spread when few are turned away. */
const SPREAD_MINUTES = 5

const share: Readonly<Record<Trust, number>> = { known: 0.5, unknown: 1, bad: 2 }

/**
 * Clients that were turned away within a minute need as many minutes to be served as they outnumber the clients that
 * were let in. They are spread over that time by their references, so that they do not come back together.
 *
 * @param pressure clients turned away lately for each that was let in
 */
export function minutesUntil(priority: Trust, pressure: number, ref: string): number {
  const latest = Math.min(MAX_MINUTES, (SPREAD_MINUTES + pressure) * share[priority])
  return Math.round(MIN_MINUTES + Math.max(1, latest) * fraction(ref))
}

/** From 0 to 1, the same for the same reference (FNV-1a). */
function fraction(ref: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < ref.length; index += 1) hash = Math.imul(hash ^ ref.charCodeAt(index), 0x01000193)
  // Without mixing, the last character would decide on the highest bits of the fraction.
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}
