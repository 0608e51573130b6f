/**
 * A sequential test of the false positive target: does more honest mail read like spam than was asked for?
 *
 * An e-detector (Shin, Ramdas, Rinaldo, 2022) of the kind of Shiryaev and Roberts: the mean, over several higher shares
 * `p`, of m = (m + 1) · (likelihood under p / likelihood under the asked share). However long it is watched, as long as
 * the target is met it alarms once in {@link MESSAGES_BETWEEN_FALSE_ALARMS} honest messages on average, or less often.
 */

/** With this share exactly as asked; the less honest mail reads like spam, the rarer they are. */
export const MESSAGES_BETWEEN_FALSE_ALARMS = 100_000

/** How many times the asked share the alternatives are; none is above a half. */
const FACTORS = [2, 5, 20, 100]
const MAX_SHARE = 0.5

/** Watches honest messages, in the order in which they are known to be honest. */
export class DriftAlarm {
  /** Of each alternative: the share, and the current value of the detector. */
  readonly #alternatives: { readonly share: number; value: number }[]
  readonly #asked: number

  /** @param asked the share of honest mail that may be judged as spam */
  constructor(asked: number) {
    this.#asked = asked
    const shares = new Set(FACTORS.map(factor => Math.min(asked * factor, MAX_SHARE)))
    this.#alternatives = Array.from(shares, share => ({ share, value: 0 }))
  }

  /**
   * Adds an honest message.
   *
   * @param isFalsePositive it was judged as spam
   * @returns whether this is the alarm; the test begins anew after it
   */
  add(isFalsePositive: boolean): boolean {
    let sum = 0
    for (const alternative of this.#alternatives) {
      const { share } = alternative
      const ratio = isFalsePositive ? share / this.#asked : (1 - share) / (1 - this.#asked)
      alternative.value = (alternative.value + 1) * ratio
      sum += alternative.value
    }
    if (sum / this.#alternatives.length < MESSAGES_BETWEEN_FALSE_ALARMS) return false
    for (const alternative of this.#alternatives) alternative.value = 0
    return true
  }
}
