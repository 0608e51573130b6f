/**
 * A keyed hash of a key (HalfSipHash-1-3, Aumasson and Bernstein 2012), so that no attacker can choose keys that
 * collide. Of its 64 bits 53 are used, as many as a number holds: among a million keys two collide in one of 18,000
 * processes.
 */
import { nodeCrypto } from '../model/lazy.ts'

const FINAL_ROUNDS = 3

/** A hash function with a new secret: a whole number from 0 to 2^53 - 1. */
export function keyHash(): (key: string) => number {
  const secret = nodeCrypto().randomBytes(8)
  const [k0, k1] = [secret.readInt32LE(0), secret.readInt32LE(4)]
  return key => {
    let [v0, v1, v2, v3] = [k0, k1 ^ 0xee, 0x6c796765 ^ k0, 0x74656462 ^ k1]
    let low = 0
    // Two characters make a word. The number of characters follows, and then the final rounds.
    const words = (key.length + 1) >> 1
    const [half, end] = [words + FINAL_ROUNDS, words + 2 * FINAL_ROUNDS]
    for (let step = 0; step <= end; step += 1) {
      const at = step * 2
      const word =
        step < words
          ? key.charCodeAt(at) | (at + 1 < key.length ? key.charCodeAt(at + 1) << 16 : 0)
          : step === words
            ? key.length
            : 0
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
      if (step === words) v2 ^= 0xee
      if (step === half) {
        low = v1 ^ v3
        v1 ^= 0xdd
      }
    }
    return ((v1 ^ v3) & 0x1fffff) * 2 ** 32 + (low >>> 0)
  }
}
