/** From a number to green, amber or red: up at once, down slowly, and never to and fro. */
import type { Level } from '../model/load.ts'

/** The loads from which a level begins. It ends a tenth below. */
const BEGINS: Readonly<Record<Level, number>> = { green: 0, amber: 0.7, red: 0.9 }
const MARGIN = 0.1
/** One stall is amber; red is what lasts so long. */
const LASTS = 2_000
/** How long it must have been calm before the level falls by one. */
const MIN_HOLD_MS = 5_000
/** Twice in a row from red to green stays below a minute. */
const MAX_HOLD_MS = 20_000
/** Who comes back within this time after a fall is held twice as long as before. */
const RELAPSE = 60_000

const below: Readonly<Record<Level, Level>> = { green: 'green', amber: 'green', red: 'amber' }

export interface LevelHolder {
  readonly level: Level
  /** Since when. */
  readonly since: number
  /** Takes the next measurement. @returns the level that it leads to */
  step(value: number, now: number): Level
}

export function levelHolder(start: number): LevelHolder {
  let level: Level = 'green'
  let since = start
  let calm = start
  let hold = MIN_HOLD_MS
  let fell = Number.NEGATIVE_INFINITY
  /** Since when the load has been enough for red without a break. */
  let high = Number.POSITIVE_INFINITY

  const go = (next: Level, now: number): void => {
    level = next
    since = now
    calm = now
  }
  return {
    get level() {
      return level
    },
    get since() {
      return since
    },
    step: (value, now) => {
      high = value < BEGINS.red ? Number.POSITIVE_INFINITY : Math.min(high, now)
      if (level === 'green' && value >= BEGINS.amber) {
        hold = now - fell < RELAPSE ? Math.min(hold * 2, MAX_HOLD_MS) : MIN_HOLD_MS
        go('amber', now)
      }
      if (level === 'amber' && now - high >= LASTS) go('red', now)
      if (value >= BEGINS[level] - MARGIN) calm = now
      if (level !== 'green' && now - calm >= hold) {
        go(below[level], now)
        fell = now
      }
      return level
    },
  }
}
