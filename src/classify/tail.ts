/**
 * How far the mail of one kind strays towards the other: the margins of the last lessons, and from them the conformal threshold
 * (Vovk, Gammerman, Shafer, 2005) that a new message of that kind passes with at most a given probability.
 */

export interface Tail {
  add(margin: number): void
  /** Takes back one that was added, if it is still held. */
  remove(margin: number): void
  /**
   * The margin from which on a message is no longer of this kind, wrong for at most `rate` of them; Infinity while too few are
   * known to promise that: 1 / rate of them must be.
   */
  threshold(rate: number): number
  /** The share of this kind that strayed at least so far, counting the message itself. */
  share(margin: number): number
  /** How many margins are held. */
  readonly count: number
  /** The margins held, from the oldest on, each as the number of its bin. */
  export(): Uint16Array
}

/** How many margins are held: enough to promise one in a thousand with some to spare. */
export const MOST_MARGINS = 4096

const BINS = 1024
const PER_BIN = 64
const MIDDLE = BINS / 2

const binOf = (margin: number): number => Math.min(Math.max(Math.floor(margin * PER_BIN) + MIDDLE, 0), BINS - 1)

/** @param held what {@link Tail.export} gave; what is out of range is left out */
export function newTail(held: Uint16Array = new Uint16Array()): Tail {
  const bins = new Uint16Array(BINS)
  const ring = new Uint16Array(MOST_MARGINS)
  let count = 0
  let next = 0

  const put = (bin: number): void => {
    if (count === MOST_MARGINS) bins[ring[next] ?? 0] = (bins[ring[next] ?? 0] ?? 0) - 1
    else count += 1
    ring[next] = bin
    bins[bin] = (bins[bin] ?? 0) + 1
    next = (next + 1) % MOST_MARGINS
  }
  const inOrder = (): Uint16Array =>
    Uint16Array.from({ length: count }, (_, index) => ring[(next - count + index + MOST_MARGINS) % MOST_MARGINS] ?? 0)

  for (const bin of held.subarray(-MOST_MARGINS)) if (bin < BINS) put(bin)
  return {
    add: margin => put(binOf(margin)),
    remove: margin => {
      const rest = inOrder()
      const place = rest.lastIndexOf(binOf(margin))
      if (place < 0) return
      bins.fill(0)
      count = 0
      next = 0
      for (const [index, bin] of rest.entries()) if (index !== place) put(bin)
    },
    threshold: rate => {
      let left = count - Math.ceil((1 - rate) * (count + 1))
      if (left < 0) return Number.POSITIVE_INFINITY
      for (let bin = BINS - 1; bin >= 0; bin -= 1) {
        left -= bins[bin] ?? 0
        if (left < 0) return (bin + 1 - MIDDLE) / PER_BIN
      }
      return Number.POSITIVE_INFINITY
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
