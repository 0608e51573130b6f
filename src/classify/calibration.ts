/** From margins to probabilities: how often mail with such a margin was spam, by isotonic regression over bins. */
import type { Label } from '../model/feedback.ts'

const BINS = 64
const BINS_PER_MARGIN = 4

/** The weight of earlier examples after each new one: half after some 1,400 examples. */
const DECAY = 0.9995

/** Examples that each bin is assumed to have had before any. */
const PRIOR = 1

const binOf = (margin: number): number =>
  Math.min(Math.max(Math.floor(margin * BINS_PER_MARGIN) + BINS / 2, 0), BINS - 1)
const middleOf = (bin: number): number => (bin + 0.5 - BINS / 2) / BINS_PER_MARGIN

/** The probabilities of spam by margin. */
export class Calibration {
  /** Weighted examples by bin: those of ham, then those of spam. */
  readonly #counts = new Float32Array(2 * BINS)
  #curve: readonly number[] | undefined

  /** @param exported the result of {@link Calibration.export}; anything else is ignored */
  constructor(exported: Float32Array = new Float32Array()) {
    if (exported.length === this.#counts.length && exported.every(count => count >= 0 && count < 1e9)) {
      this.#counts.set(exported)
    }
  }

  /** Adds one example. */
  add(margin: number, label: Label): void {
    const counts = this.#counts
    for (let index = 0; index < counts.length; index += 1) counts[index] = (counts[index] ?? 0) * DECAY
    const index = binOf(margin) + (label === 'spam' ? BINS : 0)
    counts[index] = (counts[index] ?? 0) + 1
    this.#curve = undefined
  }

  /** The probability that a message with this margin is spam, given the mail of the training. */
  probability(margin: number): number {
    this.#curve ??= isotonic(this.#counts)
    return this.#curve[binOf(margin)] ?? 0.5
  }

  /** The weighted examples by bin: those of ham, then those of spam. */
  export(): Float32Array {
    return this.#counts.slice()
  }
}

/** The non-decreasing shares of spam that are nearest to the counted ones (pool adjacent violators). */
function isotonic(counts: Float32Array): readonly number[] {
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
