/** Hashes the body of a message for all of its signatures: one pass for each canonicalization that is in use. */
import { canonicalizer } from './body.ts'
import { type BodyHashes, bodyDigest } from './digest.ts'
import type { Canonicalization, VerificationTerms } from './signature.ts'

export interface Bodies {
  /** The next bytes of the message. */
  readonly chunk: (bytes: Buffer) => void
  readonly end: () => Readonly<Record<Canonicalization, BodyHashes>>
}

/** @param bodyOffset where the body begins in the message */
export function bodyHashes(terms: readonly VerificationTerms[], bodyOffset: number): Bodies {
  const simple = hasher('simple', terms)
  const relaxed = hasher('relaxed', terms)
  const used = [simple, relaxed].filter(({ wanted }) => wanted)
  let toSkip = bodyOffset
  return {
    chunk: bytes => {
      const body = toSkip > 0 ? bytes.subarray(toSkip) : bytes
      toSkip = Math.max(0, toSkip - bytes.length)
      if (body.length > 0) for (const { write } of used) write(body)
    },
    end: () => ({ simple: simple.end(), relaxed: relaxed.end() }),
  }
}

function hasher(how: Canonicalization, terms: readonly VerificationTerms[]) {
  const lengths = terms.filter(({ body }) => body === how).map(({ length }) => length)
  const digest = bodyDigest(lengths)
  const canonical = canonicalizer(how, digest.write)
  return {
    wanted: lengths.length > 0,
    write: canonical.write,
    end: () => {
      canonical.end()
      return digest.end()
    },
  }
}
