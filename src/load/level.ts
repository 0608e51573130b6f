/** Turns a load into green, amber or red: up at once, down slowly, without oscillation. */
import type { Level } from '../model/load.ts'

/** The load at which amber begins. */
export const AMBER = 0.7
/** The load at which a level begins. It ends a tenth below. */
const BEGINS: Readonly<Record<Level, number>> = { green: 0, amber: AMBER, red: 0.9 }
const MARGIN = 0.1
/** One stall is amber; a load that lasts this long is red. */
const RED_AFTER_MS = 2_000
/** How long the load must have been low before the level falls by one. */
const MIN_HOLD_MS = 5_000
/** So that two falls in a row, from red to green, take less than a minute. */
const MAX_HOLD_MS = 20_000
/** A level that rises again within this time after a fall is held twice as long as before. */
const RELAPSE_MS = 60_000

const below: Readonly<Record<Level, Level>> = { green: 'green', amber: 'green', red: 'amber' }

export interface LevelHolder {
  readonly level: Level
  /** Takes the next measurement. @returns the level that it leads to */
  step(value: number, now: number): Level
}

export function levelHolder(start: number): LevelHolder {
  let level: Level = 'green'
  let calm = start
  let hold = MIN_HOLD_MS
  let fellAt = Number.NEGATIVE_INFINITY
  /** Since when the load has been high enough for red without a break. */
  let high = Number.POSITIVE_INFINITY

  const go = (next: Level, now: number): void => {
    level = next
    calm = now
  }
  return {
    get level() {
      return level
    },
    step: (value, now) => {
      high = value < BEGINS.red ? Number.POSITIVE_INFINITY : Math.min(high, now)
      if (level === 'green' && value >= BEGINS.amber) {
        hold = now - fellAt < RELAPSE_MS ? Math.min(hold * 2, MAX_HOLD_MS) : MIN_HOLD_MS
        go('amber', now)
      }
      if (level === 'amber' && now - high >= RED_AFTER_MS) go('red', now)
      if (value >= BEGINS[level] - MARGIN) calm = now
      if (level !== 'green' && now - calm >= hold) {
        go(below[level], now)
        fellAt = now
      }
      return level
    },
  }
}
