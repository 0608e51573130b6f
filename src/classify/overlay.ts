/**
 * What one user or domain judges otherwise than the site: a small model over the traits of messages, whose margin is
 * added to that of the site's model.
 *
 * It learns only what the site's model gets wrong for them (AROW on the rest). Every weight begins at zero with a small
 * variance, so that an overlay with few examples stays near the site's model: the first example removes a fifth of the
 * difference, five alike remove two thirds.
 */
import { PosternError } from '../model/errors.ts'
import type { Label } from '../model/feedback.ts'
import { nodeCrypto } from '../model/lazy.ts'
import type { Grams } from './grams.ts'

/** Weights of one overlay. */
const SLOTS = 8_192
/** The variance of a weight that nothing is known of: the site's model has 1. */
const PRIOR = 0.25
/** Variances are kept as whole numbers up to this one. */
const SCALE = 65_535
/** The most that an overlay changes a margin. */
const MAX_EFFECT = 2
/** The most that one example corrects. */
const MAX_STEP = 2
const MAX_WEIGHT_SIZE = 100

const HEADING = 'postern overlay 1\n'
const CHECKSUM = 32
/** Bytes of an exported overlay. */
export const OVERLAY_LENGTH = HEADING.length + 6 * SLOTS + CHECKSUM

/** What an example has changed. */
export interface OverlayStep {
  readonly towards: number
  readonly shrunk: number
}

const NOTHING: OverlayStep = { towards: 0, shrunk: 0 }

const slotOf = (gram: number | undefined): number => (gram ?? 0) & (SLOTS - 1)

/** The overlay of one user or domain, in 48 KB. */
export class Overlay {
  readonly #weights = new Float32Array(SLOTS)
  readonly #variances = new Uint16Array(SLOTS).fill(SCALE)

  /** What it adds to the margin of a message with these traits, from -2 to 2. */
  effect(traits: Grams): number {
    return Math.min(Math.max(this.#margin(traits), -MAX_EFFECT), MAX_EFFECT)
  }

  /** @param siteMargin what the site's model says */
  learn(traits: Grams, label: Label, siteMargin: number, weight = 1): OverlayStep {
    const sign = label === 'spam' ? 1 : -1
    const missing = 1 - sign * (siteMargin + this.#margin(traits))
    if (missing <= 0 || traits.length === 0 || weight <= 0) return NOTHING
    let variance = 0
    for (const gram of traits) variance += this.#varianceAt(slotOf(gram))
    const trust = Math.min(weight, 1) / (variance / traits.length + 1)
    const step = {
      towards: (sign * Math.min(missing, MAX_STEP) * trust) / Math.sqrt(traits.length),
      shrunk: trust / traits.length,
    }
    for (const gram of traits) {
      const slot = slotOf(gram)
      const before = this.#varianceAt(slot)
      this.#weights[slot] = (this.#weights[slot] ?? 0) + step.towards * before
      this.#variances[slot] = Math.max(Math.round(((before - step.shrunk * before * before) / PRIOR) * SCALE), 1)
    }
    return step
  }

  /** Takes an example back, as far as later ones allow. */
  unlearn(traits: Grams, { towards, shrunk }: OverlayStep): void {
    if (towards === 0) return
    for (const gram of traits) {
      const slot = slotOf(gram)
      const after = this.#varianceAt(slot)
      const before = Math.min(PRIOR, after / Math.max(1 - shrunk * after, 0.5))
      this.#weights[slot] = (this.#weights[slot] ?? 0) - towards * before
      this.#variances[slot] = Math.round((before / PRIOR) * SCALE)
    }
  }

  /** The whole state, with a version and a checksum. */
  export(): Buffer {
    const parts = [Buffer.from(HEADING), bytesOf(this.#weights), bytesOf(this.#variances)]
    return Buffer.concat([...parts, sealOf(parts)])
  }

  /** @throws PosternError when these bytes are damaged, or of a version that is not known */
  static from(bytes: Uint8Array): Overlay {
    const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const body = given.subarray(0, -CHECKSUM)
    if (given.length !== OVERLAY_LENGTH || !body.toString('latin1', 0, HEADING.length).startsWith(HEADING))
      throw refusal(`${given.length} bytes of another kind or version`)
    if (!sealOf([body]).equals(given.subarray(-CHECKSUM))) throw refusal('a damaged file')
    const overlay = new Overlay()
    const weightsEnd = HEADING.length + overlay.#weights.byteLength
    bytesOf(overlay.#weights).set(body.subarray(HEADING.length, weightsEnd))
    bytesOf(overlay.#variances).set(body.subarray(weightsEnd))
    if (!overlay.#weights.every(weight => Math.abs(weight) <= MAX_WEIGHT_SIZE) || overlay.#variances.includes(0))
      throw refusal('weights beyond any training')
    return overlay
  }

  #margin(traits: Grams): number {
    let sum = 0
    for (const gram of traits) sum += this.#weights[slotOf(gram)] ?? 0
    return traits.length === 0 ? 0 : sum / Math.sqrt(traits.length)
  }

  #varianceAt(slot: number): number {
    return ((this.#variances[slot] ?? SCALE) / SCALE) * PRIOR
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

function sealOf(parts: readonly Uint8Array[]): Buffer {
  const hash = nodeCrypto().createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const refusal = (found: string): PosternError =>
  new PosternError(
    [
      {
        path: 'overlay',
        found,
        expected: 'an undamaged overlay of version 1',
        remedy: 'restore the file, or remove it: it is learned anew',
      },
    ],
    'ERR_POSTERN_SNAPSHOT',
  )
