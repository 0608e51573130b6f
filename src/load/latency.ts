/** How much slower than usual a service behind us answers, from the time its answers took. */

/** Samples that are kept between two updates. */
const MAX_SAMPLES = 32
/** An answer within this many milliseconds is never slow. */
const NEGLIGIBLE_MS = 50
/** The usual latency falls quickly to what is measured, and rises by half of the difference in this time. */
const RISE_HALF_LIFE_MS = 1_800_000
const FALL = 0.3
/** A service this many times slower than usual counts as fully loaded. */
const FULL_SLOWDOWN = 8

export interface Latency {
  /** Records an answer that took `ms`. */
  record(ms: number): void
  /** Takes the answers since the last update into account. */
  update(now: number): void
  /** How many times slower than usual: 1 or more. */
  readonly slowdown: number
  /** From 0, as usual, to 1. */
  readonly part: number
  /** The usual latency in milliseconds; 0 before the first answer. */
  readonly usual: number
  /** The latency of late, in milliseconds. */
  readonly recent: number
}

/**
 * When a quarter of the answers are quick, the service is quick: what is slow for one sender alone (a large message, a
 * slow name server) does not count. The usual rises so slowly that an overload does not become usual while it lasts,
 * and a service that has moved away is accepted as it is in an hour or two.
 */
export function latency(): Latency {
  const samples = new Float64Array(MAX_SAMPLES)
  let count = 0
  let usual = 0
  let recent = 0
  let updatedAt = 0
  const slowdown = () => Math.max(1, Math.max(recent, NEGLIGIBLE_MS) / Math.max(usual, NEGLIGIBLE_MS))
  return {
    record: ms => {
      samples[count % MAX_SAMPLES] = ms
      count += 1
    },
    update: now => {
      const passed = now - updatedAt
      updatedAt = now
      if (count === 0) {
        // Without answers slowness is forgotten by halves; otherwise an avoided service would stay slow for ever.
        recent += (usual - recent) * (1 - 0.5 ** (passed / 5_000))
        return
      }
      const sorted = samples.subarray(0, Math.min(count, MAX_SAMPLES)).toSorted()
      const quick = sorted[Math.floor(sorted.length / 4)] ?? 0
      count = 0
      recent = usual === 0 ? quick : recent + (quick - recent) * 0.5
      if (usual === 0) usual = quick
      else usual += (recent - usual) * (recent < usual ? FALL : 1 - 0.5 ** (passed / RISE_HALF_LIFE_MS))
    },
    get slowdown() {
      return slowdown()
    },
    get part() {
      return Math.min(1, Math.log(slowdown()) / Math.log(FULL_SLOWDOWN))
    },
    get usual() {
      return usual
    },
    get recent() {
      return recent
    },
  }
}
