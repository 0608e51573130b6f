/** Hashes the body of a message for all of its signatures, with one pass for each canonicalization that is in use. */
import { type Canonicalizer, canonicalizer } from './body.ts'
import { type BodyHashes, bodyDigest, type Digest } from './digest.ts'
import type { Canonicalization, VerificationTerms } from './signature.ts'

export interface Bodies {
  /** Takes the next bytes of the message. */
  readonly chunk: (bytes: Buffer) => void
  /** The hashes of a canonicalization that is in use. */
  readonly end: (how: Canonicalization) => BodyHashes
}

/** @param bodyOffset where the body begins in the message */
export function bodyHashes(terms: readonly VerificationTerms[], bodyOffset: number): Bodies {
  const used = new Map<Canonicalization, BodyHasher>()
  for (const { body } of terms) if (!used.has(body)) used.set(body, new BodyHasher(body, terms))
  let toSkip = bodyOffset
  return {
    chunk: bytes => {
      const body = toSkip > 0 ? bytes.subarray(toSkip) : bytes
      toSkip = Math.max(0, toSkip - bytes.length)
      if (body.length > 0) for (const hasher of used.values()) hasher.write(body)
    },
    end: how => (used.get(how) ?? new BodyHasher(how, terms)).end(),
  }
}

class BodyHasher {
  readonly #digest: Digest
  readonly #canonical: Canonicalizer
  #hashes: BodyHashes | undefined

  constructor(how: Canonicalization, terms: readonly VerificationTerms[]) {
    const lengths = terms.filter(({ body }) => body === how).map(({ length }) => length)
    this.#digest = bodyDigest(lengths)
    this.#canonical = canonicalizer(how, this.#digest.write)
  }

  write(body: Buffer): void {
    this.#canonical.write(body)
  }

  end(): BodyHashes {
    if (this.#hashes === undefined) {
      this.#canonical.end()
      this.#hashes = this.#digest.end()
    }
    return this.#hashes
  }
}
