/**
 * Random values in tests: `npm test` draws the same ones in each run, a fourth of what `POSTERN_LONG=1 npm test` draws.
 * `POSTERN_FUZZ=N` draws others and tries each N times; the seed is printed, and `POSTERN_SEED` takes it again.
 */
import { randomInt } from 'node:crypto'
import { long } from './full.ts'

const { POSTERN_FUZZ, POSTERN_SEED } = process.env

/** What all values follow from. */
export const seed = Number(POSTERN_SEED ?? (POSTERN_FUZZ === undefined ? 1 : randomInt(2 ** 31)))
if (POSTERN_FUZZ !== undefined) console.log(`random values with POSTERN_SEED=${seed}`)

/** How often something is tried with random values: `usual` times where tests may take long, else a fourth of it. */
export const runs = (usual: number): number =>
  Math.max(long || usual <= FEW ? usual : Math.max(FEW, Math.ceil(usual / 4)), Number(POSTERN_FUZZ ?? 0))

/** So few are always tried. */
const FEW = 25

/** Whole numbers from 0 to `sides` - 1 (xorshift, Marsaglia 2003); each `stream` is another sequence. */
export function dice(stream = 0): (sides: number) => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) | 1
  return sides => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % sides
  }
}

/** Bytes that no algorithm makes smaller; each `stream` has others. */
export function randomBytes(length: number, stream = 0): Buffer {
  const roll = dice(stream)
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; at += 1) bytes[at] = roll(65_536) >>> 8
  return bytes
}
