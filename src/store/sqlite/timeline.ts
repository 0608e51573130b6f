/**
 * The time of a store in a file: it never goes back, and a wall clock that jumps does not move it far.
 *
 * All processes of a machine share its monotonic clock since the last boot, and measure from an anchor in the file. The
 * wall clock is used only for the time between two boots. If it went back meanwhile, no time has passed; if it went far
 * ahead, thirty days have.
 */

/** A moment on both clocks. */
export interface Moment {
  readonly wall: number
  readonly monotonic: number
}

/** A moment and its time in the store. */
export interface Anchor extends Moment {
  readonly time: number
  /** The boot that the monotonic time belongs to. */
  readonly boot: string
}

/** The longest time between two boots that the wall clock is believed, in milliseconds. */
const MAX_ABSENCE_MS = 30 * 86_400_000

/** The present time of the store, from an anchor that another process may have written. */
export function timeFrom(anchor: Anchor, now: Moment, boot: string): number {
  const shared = anchor.boot === boot && now.monotonic >= anchor.monotonic
  const absence = Math.min(Math.max(now.wall - anchor.wall, 0), MAX_ABSENCE_MS)
  return anchor.time + (shared ? now.monotonic - anchor.monotonic : absence)
}
