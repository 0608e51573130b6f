/**
 * How far the mail of one kind strays towards the other: the margins of the last lessons, and from them the conformal threshold
 * (Vovk, Gammerman, Shafer, 2005) that a new message of that kind passes with at most a given probability.
 */

export interface Quantiles {
  /** @param isDoubtful perhaps of the other kind: one such margin moves nothing, several at a time do */
  add(margin: number, isDoubtful?: boolean): void
  /** Takes back one that was added, if it is still held. */
  remove(margin: number, isDoubtful?: boolean): void
  /**
   * The margin from which on a message is no longer of this kind, wrong for at most the promised share of them; Infinity while
   * too few are known to promise that: 1 / share of them must be.
   */
  threshold(): number
  /** The share of this kind that strayed at least so far, counting the message itself. */
  share(margin: number): number
  /** How many margins are held. */
  readonly count: number
  /** The margins held, from the oldest on, each as the number of its bin. */
  export(): Uint16Array
}

/** How many margins are held at most; fewer where they are enough, so that old mail does not stand for new. */
export const MAX_MARGINS = 4096
const MIN_MARGINS = 500

/** Margins beyond a threshold on average, when as many are held as are enough. */
const BEYOND = 5

/**
 * So many of the last hundred may lie beyond the threshold, were it for wrong labels; when more do, honest mail of a new kind
 * has come, and the threshold leaves it alone.
 */
const LATELY = 100
const STRANGERS = 7

const BINS = 1024
const PER_BIN = 64
const MIDDLE = BINS / 2

const binOf = (margin: number): number => Math.min(Math.max(Math.floor(margin * PER_BIN) + MIDDLE, 0), BINS - 1)

/**
 * @param rate the share that may be called the other kind
 * @param held what {@link Quantiles.export} gave; what is out of range is left out
 */
export function newQuantiles(rate: number, held: Uint16Array = new Uint16Array()): Quantiles {
  const most = Math.min(Math.max(Math.ceil(BEYOND / rate), MIN_MARGINS), MAX_MARGINS)
  const lately: number[] = []
  const bins = new Uint16Array(BINS)
  const ring = new Uint16Array(most)
  let count = 0
  let next = 0

  const put = (bin: number): void => {
    if (count === most) bins[ring[next] ?? 0] = (bins[ring[next] ?? 0] ?? 0) - 1
    else count += 1
    ring[next] = bin
    bins[bin] = (bins[bin] ?? 0) + 1
    next = (next + 1) % most
  }
  const inOrder = (): Uint16Array =>
    Uint16Array.from({ length: count }, (_, index) => ring[(next - count + index + most) % most] ?? 0)

  for (const bin of held.subarray(-most)) if (bin < BINS) put(bin)
  return {
    add: (margin, isDoubtful = false) => {
      lately.push(margin)
      if (lately.length > LATELY) lately.shift()
      if (!isDoubtful) put(binOf(margin))
    },
    remove: (margin, isDoubtful = false) => {
      const late = lately.lastIndexOf(margin)
      if (late >= 0) lately.splice(late, 1)
      const rest = inOrder()
      const place = isDoubtful ? -1 : rest.lastIndexOf(binOf(margin))
      if (place < 0) return
      bins.fill(0)
      count = 0
      next = 0
      for (const [index, bin] of rest.entries()) if (index !== place) put(bin)
    },
    threshold: () => {
      let left = count - Math.ceil((1 - rate) * (count + 1))
      if (left < 0) return Number.POSITIVE_INFINITY
      let bin = BINS - 1
      for (; bin > 0; bin -= 1) {
        left -= bins[bin] ?? 0
        if (left < 0) break
      }
      // What lies beyond the last bin is not told apart.
      if (bin === BINS - 1) return Number.POSITIVE_INFINITY
      return Math.max((bin + 1 - MIDDLE) / PER_BIN, strangest(lately))
    },
    share: margin => {
      let beyond = 1
      for (let bin = BINS - 1; bin >= binOf(margin); bin -= 1) beyond += bins[bin] ?? 0
      return beyond / (count + 1)
    },
    get count() {
      return count
    },
    export: inOrder,
  }
}

/** Beyond it lie no more of the last margins than wrong labels may explain. */
function strangest(lately: readonly number[]): number {
  if (lately.length <= STRANGERS) return Number.NEGATIVE_INFINITY
  // Seldom sorted: where hardly any is positive there is nothing to look for.
  const positive = lately.filter(margin => margin > 0)
  return positive.length <= STRANGERS ? 0 : (positive.toSorted((a, b) => b - a)[STRANGERS] ?? 0)
}
