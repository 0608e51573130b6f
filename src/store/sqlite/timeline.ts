/**
 * The time by which a store in a file counts: it never goes back, and no wall clock that jumps moves it far.
 *
 * Every process of a machine measures by the monotonic clock that all of them share since the machine was booted, from
 * an anchor that is kept in the file. The wall clock is asked only about the time between two boots. If it has gone back
 * meanwhile, no time has passed; if it has gone far ahead, thirty days have.
 */

/** What the clocks say. */
export interface Moment {
  readonly wall: number
  readonly monotonic: number
}

/** What a moment was in the store's time. */
export interface Anchor extends Moment {
  readonly time: number
  /** Under another name the monotonic clock has begun anew. */
  readonly boot: string
}

/** How long the wall clock is believed that nobody was there, in milliseconds. */
const MAX_ABSENCE_MS = 30 * 86_400_000

/** What it is now, seen from an anchor that perhaps another process has left. */
export function timeFrom(anchor: Anchor, now: Moment, boot: string): number {
  const shared = anchor.boot === boot && now.monotonic >= anchor.monotonic
  const absence = Math.min(Math.max(now.wall - anchor.wall, 0), MAX_ABSENCE_MS)
  return anchor.time + (shared ? now.monotonic - anchor.monotonic : absence)
}
