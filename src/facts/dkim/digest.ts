/** Hashes a canonical body once, however many signatures cut it off at a length of their own (l=, RFC 6376 §3.5). */
import { nodeCrypto } from '../../model/lazy.ts'

export interface Digest {
  /** The next bytes of the canonical body. Not kept: the buffer may be used again. */
  readonly write: (bytes: Buffer) => void
  readonly end: () => BodyHashes
}

export interface BodyHashes {
  /** Bytes of the canonical body. */
  readonly total: number
  /** The hash in base64, of the first `length` bytes if that is one of the lengths asked for, else of all. */
  readonly of: (length?: number) => string
}

/** @param lengths at which hashes are wanted; `undefined` is the whole */
export function bodyDigest(lengths: readonly (number | undefined)[]): Digest {
  const hash = nodeCrypto().createHash('sha256')
  const cuts = [...new Set(lengths)].filter(length => length !== undefined).sort((a, b) => a - b)
  const whole = lengths.includes(undefined)
  const hashes = new Map<number, string>()
  let total = 0
  let next = 0

  return {
    write: bytes => {
      let from = 0
      for (let cut = cuts[next]; cut !== undefined && cut <= total + bytes.length; cut = cuts[next]) {
        hash.update(bytes.subarray(from, cut - total))
        from = cut - total
        hashes.set(cut, hash.copy().digest('base64'))
        next += 1
      }
      if (whole || next < cuts.length) hash.update(from === 0 ? bytes : bytes.subarray(from))
      total += bytes.length
    },
    end: () => {
      const all = hash.digest('base64')
      return { total, of: length => (length === undefined ? all : (hashes.get(length) ?? all)) }
    },
  }
}
