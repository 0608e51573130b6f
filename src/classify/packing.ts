/** Compresses the features of a message: sorted, as the gaps between them. About one byte a feature. */
import { type Grams, SPACE } from './grams.ts'

/** The features of one message, by view. */
export type Features = readonly Grams[]

/** The views that every version has. */
const OLD_VIEWS = 3

const marks = new Uint32Array(SPACE / 32)

/** Packs features for {@link unpack}; their order is lost. */
export function pack(features: Features): Uint8Array {
  const maxLength = features.reduce((sum, { length }) => sum + 3 * length + 3, 0)
  const out = new Uint8Array(maxLength)
  let at = 0
  for (const grams of features) {
    for (let index = 0; index < grams.length; index += 1) {
      const gram = grams[index] ?? 0
      marks[gram >>> 5] = (marks[gram >>> 5] ?? 0) | (1 << (gram & 31))
    }
    at = put(out, at, grams.length)
    let last = -1
    for (let index = 0; index < marks.length; index += 1) {
      let word = marks[index] ?? 0
      if (word === 0) continue
      marks[index] = 0
      for (; word !== 0; word &= word - 1) {
        const gram = index * 32 + 31 - Math.clz32(word & -word)
        at = put(out, at, gram - last - 1)
        last = gram
      }
    }
  }
  return out.slice(0, at)
}

/** Writes a number in seven bits a byte, the lowest first. Returns the position after it. */
function put(out: Uint8Array, at: number, value: number): number {
  let next = at
  let rest = value
  for (; rest > 127; rest >>>= 7) out[next++] = (rest & 127) | 128
  out[next++] = rest
  return next
}

/**
 * Unpacks features; undefined if {@link pack} has not made these bytes for so many views. Views that an older version
 * did not know are empty.
 */
export function unpack(bytes: Uint8Array, views: number): Features | undefined {
  let at = 0
  /** The next number, or -1. */
  const next = (): number => {
    let value = 0
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) return -1
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
    return -1
  }
  const features: Grams[] = []
  for (let view = 0; view < views; view += 1) {
    if (at === bytes.length && view >= OLD_VIEWS) {
      features.push(new Uint16Array())
      continue
    }
    const count = next()
    if (count < 0 || count > bytes.length) return undefined
    const grams = new Uint16Array(count)
    let gram = -1
    for (let index = 0; index < count; index += 1) {
      const gap = next()
      gram += gap + 1
      if (gap < 0 || gram >= SPACE) return undefined
      grams[index] = gram
    }
    features.push(grams)
  }
  return at === bytes.length ? features : undefined
}
