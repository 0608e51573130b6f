/** From margins to probabilities: how often mail with such a margin was spam, by isotonic regression over bins. */
import type { Label } from '../model/feedback.ts'

export interface Calibration {
  add(margin: number, label: Label): void
  /** The probability that a message with this margin is spam, as of the mail that was taught. */
  probability(margin: number): number
  /** Lessons by bin: those of ham, then those of spam. */
  export(): Float32Array
}

const BINS = 64
const PER_BIN = 4

/** With each lesson the old ones count a little less: half after some 1,400. */
const FADING = 0.9995

/** Lessons that each bin is thought to have seen before any. */
const PRIOR = 1

const binOf = (margin: number): number => Math.min(Math.max(Math.floor(margin * PER_BIN) + BINS / 2, 0), BINS - 1)
const middleOf = (bin: number): number => (bin + 0.5 - BINS / 2) / PER_BIN

/** @param held what {@link Calibration.export} gave; anything else counts as nothing */
export function newCalibration(held: Float32Array = new Float32Array()): Calibration {
  const counts = new Float32Array(2 * BINS)
  if (held.length === counts.length && held.every(count => count >= 0 && count < 1e9)) counts.set(held)
  let curve: readonly number[] | undefined
  return {
    add: (margin, label) => {
      for (let index = 0; index < counts.length; index += 1) counts[index] = (counts[index] ?? 0) * FADING
      const place = binOf(margin) + (label === 'spam' ? BINS : 0)
      counts[place] = (counts[place] ?? 0) + 1
      curve = undefined
    },
    probability: margin => {
      curve ??= rising(counts)
      return curve[binOf(margin)] ?? 0.5
    },
    export: () => counts.slice(),
  }
}

/** The shares of spam, as near to those counted as they can be without ever falling (pool adjacent violators). */
function rising(counts: Float32Array): readonly number[] {
  const pools: { spam: number; all: number; bins: number }[] = []
  for (let bin = 0; bin < BINS; bin += 1) {
    const prior = PRIOR / (1 + Math.exp(-2 * middleOf(bin)))
    const spam = (counts[BINS + bin] ?? 0) + prior
    let pool = { spam, all: (counts[bin] ?? 0) + (counts[BINS + bin] ?? 0) + PRIOR, bins: 1 }
    for (let last = pools.at(-1); last && last.spam * pool.all >= pool.spam * last.all; last = pools.at(-1)) {
      pools.pop()
      pool = { spam: last.spam + pool.spam, all: last.all + pool.all, bins: last.bins + pool.bins }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ spam, all, bins }) => Array<number>(bins).fill(spam / all))
}
