/** Hashes the body of a message for all of its signatures, with one pass for each canonicalization that is in use. */
import { type Canonicalizer, canonicalizer } from './body.ts'
import { type BodyHashes, bodyDigest, type Digest } from './digest.ts'
import type { Canonicalization, VerificationTerms } from './signature.ts'

export interface Bodies {
  /** Takes the next bytes of the message. */
  readonly chunk: (bytes: Buffer) => void
  readonly end: () => Readonly<Record<Canonicalization, BodyHashes>>
}

/** @param bodyOffset where the body begins in the message */
export function bodyHashes(terms: readonly VerificationTerms[], bodyOffset: number): Bodies {
  const simple = new BodyHasher('simple', terms)
  const relaxed = new BodyHasher('relaxed', terms)
  const used = [simple, relaxed].filter(({ isUsed }) => isUsed)
  let toSkip = bodyOffset
  return {
    chunk: bytes => {
      const body = toSkip > 0 ? bytes.subarray(toSkip) : bytes
      toSkip = Math.max(0, toSkip - bytes.length)
      if (body.length > 0) for (const hasher of used) hasher.write(body)
    },
    end: () => ({ simple: simple.end(), relaxed: relaxed.end() }),
  }
}

class BodyHasher {
  readonly isUsed: boolean
  readonly #digest: Digest
  readonly #canonical: Canonicalizer

  constructor(how: Canonicalization, terms: readonly VerificationTerms[]) {
    const lengths = terms.filter(({ body }) => body === how).map(({ length }) => length)
    this.isUsed = lengths.length > 0
    this.#digest = bodyDigest(lengths)
    this.#canonical = canonicalizer(how, this.#digest.write)
  }

  write(body: Buffer): void {
    this.#canonical.write(body)
  }

  end(): BodyHashes {
    this.#canonical.end()
    return this.#digest.end()
  }
}
