/**
 * The margins of one kind of mail, and from them the conformal threshold (Vovk, Gammerman, Shafer, 2005) that a new
 * message of that kind exceeds with at most a given probability.
 */

/** The most margins that are kept. If fewer are enough, fewer are kept: old mail should not stand for new mail. */
export const MAX_MARGINS = 4096
const MIN_MARGINS = 500

/** Margins beyond the threshold, on average, when as many margins are kept as are enough. */
const BEYOND = 5

/**
 * Wrong labels may explain this many of the last margins beyond the threshold. If there are more, honest mail of a new
 * kind has arrived, and the threshold moves beyond it.
 */
const RECENT = 100
const MAX_OUTLIERS = 7

const BINS = 1024
const BINS_PER_MARGIN = 64
const MIDDLE = BINS / 2

const binOf = (margin: number): number => Math.min(Math.max(Math.floor(margin * BINS_PER_MARGIN) + MIDDLE, 0), BINS - 1)

/** A sliding window of margins, each as the number of its bin. */
export class Quantiles {
  /** The number of margins that are kept. */
  count = 0
  readonly #rate: number
  readonly #capacity: number
  /** The last margins, doubtful ones too. */
  readonly #recent: number[] = []
  /** The number of margins in each bin. */
  readonly #bins = new Uint16Array(BINS)
  /** The bins of the margins in a ring, from the oldest on. */
  readonly #ring: Uint16Array
  #next = 0

  /**
   * @param rate the share of this kind that may exceed the threshold
   * @param exported the result of {@link Quantiles.export}; values out of range are ignored
   */
  constructor(rate: number, exported: Uint16Array = new Uint16Array()) {
    this.#rate = rate
    this.#capacity = Math.min(Math.max(Math.ceil(BEYOND / rate), MIN_MARGINS), MAX_MARGINS)
    this.#ring = new Uint16Array(this.#capacity)
    for (const bin of exported.subarray(-this.#capacity)) if (bin < BINS) this.#put(bin)
  }

  /** @param isDoubtful the label may be wrong: one such margin moves nothing, several together do */
  add(margin: number, isDoubtful = false): void {
    this.#recent.push(margin)
    if (this.#recent.length > RECENT) this.#recent.shift()
    if (!isDoubtful) this.#put(binOf(margin))
  }

  /** Removes a margin that was added, if it is still kept. */
  remove(margin: number, isDoubtful = false): void {
    const recent = this.#recent.lastIndexOf(margin)
    if (recent >= 0) this.#recent.splice(recent, 1)
    const kept = this.export()
    const removed = isDoubtful ? -1 : kept.lastIndexOf(binOf(margin))
    if (removed < 0) return
    this.#bins.fill(0)
    this.count = 0
    this.#next = 0
    for (const [index, bin] of kept.entries()) if (index !== removed) this.#put(bin)
  }

  /**
   * The margin from which on a message counts as the other kind. At most the given share of this kind exceeds it.
   * Infinity while fewer than 1 / share margins are known.
   */
  threshold(): number {
    let left = this.count - Math.ceil((1 - this.#rate) * (this.count + 1))
    if (left < 0) return Number.POSITIVE_INFINITY
    let bin = BINS - 1
    for (; bin > 0; bin -= 1) {
      left -= this.#bins[bin] ?? 0
      if (left < 0) break
    }
    // The last bin has no upper end.
    if (bin === BINS - 1) return Number.POSITIVE_INFINITY
    return Math.max((bin + 1 - MIDDLE) / BINS_PER_MARGIN, outlierBound(this.#recent))
  }

  /** The share of this kind with at least this margin, the message itself included. */
  share(margin: number): number {
    let beyond = 1
    for (let bin = BINS - 1; bin >= binOf(margin); bin -= 1) beyond += this.#bins[bin] ?? 0
    return beyond / (this.count + 1)
  }

  /** The bins of the margins, from the oldest on. */
  export(): Uint16Array {
    const { count } = this
    return Uint16Array.from(
      { length: count },
      (_, index) => this.#ring[(this.#next - count + index + this.#capacity) % this.#capacity] ?? 0,
    )
  }

  #put(bin: number): void {
    const oldest = this.#ring[this.#next] ?? 0
    if (this.count === this.#capacity) this.#bins[oldest] = (this.#bins[oldest] ?? 0) - 1
    else this.count += 1
    this.#ring[this.#next] = bin
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1
    this.#next = (this.#next + 1) % this.#capacity
  }
}

/** The margin that no more of the last margins exceed than wrong labels can explain. */
function outlierBound(recent: readonly number[]): number {
  if (recent.length <= MAX_OUTLIERS) return Number.NEGATIVE_INFINITY
  // Sorting is rare: hardly any margin is positive.
  const positive = recent.filter(margin => margin > 0)
  return positive.length <= MAX_OUTLIERS ? 0 : (positive.toSorted((a, b) => b - a)[MAX_OUTLIERS] ?? 0)
}
