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

/** The margin of an example, and the day on which it was learned. */
interface Recent {
  readonly margin: number
  readonly day: number
}

/** A sliding window of margins, each as the number of its bin, with the day on which it was added. */
export class Quantiles {
  /** The number of margins that are kept. */
  count = 0
  readonly #rate: number
  readonly #capacity: number
  /** The last margins, doubtful ones too. */
  #recent: Recent[] = []
  /** The number of margins in each bin. */
  readonly #bins = new Uint16Array(BINS)
  /** The bins of the margins, and their days, in rings. */
  readonly #ring: Uint16Array
  readonly #days: Uint16Array
  #next = 0

  /**
   * @param rate the share of this kind that may exceed the threshold
   * @param exported the result of {@link Quantiles.export}; values out of range are ignored
   */
  constructor(rate: number, exported: Uint16Array = new Uint16Array()) {
    this.#rate = rate
    this.#capacity = Math.min(Math.max(Math.ceil(BEYOND / rate), MIN_MARGINS), MAX_MARGINS)
    this.#ring = new Uint16Array(this.#capacity)
    this.#days = new Uint16Array(this.#capacity)
    for (let at = Math.max(0, exported.length - 2 * this.#capacity); at + 1 < exported.length; at += 2) {
      const [bin = BINS, day = 0] = exported.subarray(at, at + 2)
      if (bin < BINS) this.#put(bin, day)
    }
  }

  /** @param isDoubtful the label may be wrong: one such margin moves nothing, several together do */
  add(margin: number, { day = 0, isDoubtful = false }: { readonly day?: number; readonly isDoubtful?: boolean } = {}) {
    this.#recent.push({ margin, day })
    if (this.#recent.length > RECENT) this.#recent.shift()
    if (!isDoubtful) this.#put(binOf(margin), day)
  }

  /** Removes a margin that was added, if it is still kept. */
  remove(margin: number, isDoubtful = false): void {
    const recent = this.#recent.findLastIndex(one => one.margin === margin)
    if (recent >= 0) this.#recent.splice(recent, 1)
    if (isDoubtful) return
    const kept = this.export()
    const bin = binOf(margin)
    const removed = kept.findLastIndex((value, index) => index % 2 === 0 && value === bin)
    if (removed < 0) return
    this.#clear()
    for (let at = 0; at < kept.length; at += 2) if (at !== removed) this.#put(kept[at] ?? 0, kept[at + 1] ?? 0)
  }

  /** Drops the margins of before this day. */
  expire(day: number): void {
    while (this.count > 0 && (this.#days[this.#oldest] ?? 0) < day) this.#drop()
    this.#recent = this.#recent.filter(recent => recent.day >= day)
  }

  /** Keeps only the newest margins, and counts doubtful ones among them: what was before says nothing any more. */
  restart(kept: number): void {
    this.#recent = this.#recent.slice(Math.max(this.#recent.length - kept, 0))
    this.#clear()
    for (const { margin, day } of this.#recent) this.#put(binOf(margin), day)
  }

  /**
   * The share of this kind that exceeds the threshold at most: the given one, or what as many margins as there are
   * allow, which is 1 in n + 1.
   */
  get guarantee(): number {
    return Math.max(this.#rate, 1 / (this.count + 1))
  }

  /**
   * The margin from which on a message counts as the other kind: at most the share {@link guarantee} of this kind
   * exceeds it. Infinity where no margin is known.
   */
  threshold(): number {
    if (this.count === 0) return Number.POSITIVE_INFINITY
    let left = Math.max(this.count - Math.ceil((1 - this.#rate) * (this.count + 1)), 0)
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

  /** The bin and the day of each margin, from the oldest on. */
  export(): Uint16Array {
    const pairs = new Uint16Array(2 * this.count)
    for (let index = 0; index < this.count; index += 1) {
      const at = (this.#oldest + index) % this.#capacity
      pairs.set([this.#ring[at] ?? 0, this.#days[at] ?? 0], 2 * index)
    }
    return pairs
  }

  get #oldest(): number {
    return (this.#next - this.count + this.#capacity) % this.#capacity
  }

  #clear(): void {
    this.#bins.fill(0)
    this.count = 0
    this.#next = 0
  }

  #drop(): void {
    const bin = this.#ring[this.#oldest] ?? 0
    this.#bins[bin] = (this.#bins[bin] ?? 0) - 1
    this.count -= 1
  }

  #put(bin: number, day: number): void {
    if (this.count === this.#capacity) this.#drop()
    this.#ring[this.#next] = bin
    this.#days[this.#next] = day
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1
    this.#next = (this.#next + 1) % this.#capacity
    this.count += 1
  }
}

/** The margin that no more of the last margins exceed than wrong labels can explain. */
function outlierBound(recent: readonly Recent[]): number {
  if (recent.length <= MAX_OUTLIERS) return Number.NEGATIVE_INFINITY
  // Sorting is rare: hardly any margin is positive.
  const positive = recent.flatMap(({ margin }) => (margin > 0 ? [margin] : []))
  return positive.length <= MAX_OUTLIERS ? 0 : (positive.toSorted((a, b) => b - a)[MAX_OUTLIERS] ?? 0)
}
