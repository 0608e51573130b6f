/** How much slower than usual something behind us answers, from what it took. */

/** The latest answers of one look. */
const KEPT = 32
/** Below this many milliseconds nothing is slow, whatever it was before. */
const NEGLIGIBLE = 50
/** The usual falls quickly to what is seen, and rises by half of the difference in this time. */
const RISE_HALF_LIFE = 1_800_000
const FALL = 0.3
/** A service this many times slower than usual is at its end. */
const END = 8

export interface Latency {
  /** It has answered after `ms`. */
  record(ms: number): void
  /** Looks at what was heard since the last look. */
  update(now: number): void
  /** How many times slower than usual: 1 or more. */
  readonly slowdown: number
  /** From 0, as usual, to 1. */
  readonly part: number
  /** What is usual, in milliseconds; 0 when nothing was heard yet. */
  readonly usual: number
  /** What it took lately. */
  readonly recent: number
}

/**
 * A quarter of the answers being quick means that the service is quick: what is slow for one sender alone (his large
 * message, his name server) does not count. The usual rises so slowly that an overload does not become usual while it
 * lasts, and a service that has moved away is accepted as it is in an hour or two.
 */
export function latency(): Latency {
  const kept = new Float64Array(KEPT)
  let heard = 0
  let usual = 0
  let recent = 0
  let looked = 0
  const slowdown = () => Math.max(1, Math.max(recent, NEGLIGIBLE) / Math.max(usual, NEGLIGIBLE))
  return {
    record: ms => {
      kept[heard % KEPT] = ms
      heard += 1
    },
    update: now => {
      const passed = now - looked
      looked = now
      if (heard === 0) {
        // Nothing was asked of it: what was slow is forgotten by halves, or nobody would ever ask again.
        recent += (usual - recent) * (1 - 0.5 ** (passed / 5_000))
        return
      }
      const seen = kept.subarray(0, Math.min(heard, KEPT)).toSorted()
      const quick = seen[Math.floor(seen.length / 4)] ?? 0
      heard = 0
      recent = usual === 0 ? quick : recent + (quick - recent) * 0.5
      if (usual === 0) usual = quick
      else usual += (recent - usual) * (recent < usual ? FALL : 1 - 0.5 ** (passed / RISE_HALF_LIFE))
    },
    get slowdown() {
      return slowdown()
    },
    get part() {
      return Math.min(1, Math.log(slowdown()) / Math.log(END))
    },
    get usual() {
      return usual
    },
    get recent() {
      return recent
    },
  }
}
