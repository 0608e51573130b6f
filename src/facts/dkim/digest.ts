/** Hashes a canonical body once for all signatures, even if each has another length (l=, RFC 6376 §3.5). */
import { nodeCrypto } from '../../model/lazy.ts'

export interface Digest {
  /** Takes the next bytes of the canonical body. The buffer may be reused afterwards. */
  readonly write: (bytes: Buffer) => void
  readonly end: () => BodyHashes
}

export interface BodyHashes {
  /** How many bytes the canonical body has. */
  readonly total: number
  /** The hash in base64 of the first `length` bytes if that is one of the requested lengths, else of all bytes. */
  readonly of: (length?: number) => string
}

/** @param lengths at which hashes are needed; `undefined` is the whole body */
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
