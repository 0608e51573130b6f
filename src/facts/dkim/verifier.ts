/** Reads the signatures of a message while it arrives, computes body hashes in the same pass, and asks for the keys. */
import type { Reader } from '../../model/fact.ts'
import type { Answer } from '../../model/resolver.ts'
import type { Header } from '../../model/stage.ts'
import { bodyHashes } from './bodies.ts'
import { signedHeader } from './header.ts'
import { type KeyReader, keyReader } from './key.ts'
import type { Dkim } from './result.ts'
import { mostUseful } from './select.ts'
import { type Claim, readSignature, type Verifiable } from './signature.ts'
import { BEST_FIRST, reportRefused, verify } from './verify.ts'

/** Makes the readers of messages, which share the keys that were parsed. @param max signatures that are verified */
export function dkimReaders(max: number): (header: Header) => Reader<Dkim> {
  const readKey = keyReader()
  return header => verifier(header, max, readKey)
}

// Signatures beyond this number are not even parsed: the header section may hold nothing else.
const MAX_READ = 100
const TRUNCATED = {
  result: 'neutral',
  reason: 'the header section is too large for its signatures to be verified',
} as const

function verifier(message: Header, max: number, readKey: KeyReader): Reader<Dkim> {
  const header = signedHeader(message.header)
  const chosen = mostUseful(readAll(header.signatures, message), message.header, max)
  const verifiable = chosen.filter(isVerifiable)
  const answers = lookUpKeys(verifiable, message)
  const bodies = bodyHashes(
    verifiable.map(({ terms }) => terms),
    message.header.bodyOffset,
  )

  return {
    chunk: bodies.chunk,
    end: async () => {
      const hashes = bodies.end()
      const signatures = await Promise.all(
        chosen.map(async claim => {
          if (!isVerifiable(claim)) return reportRefused(claim)
          const { keyName, body } = claim.terms
          const keys = readKey(await answers(keyName), keyName)
          return verify(claim, { header, body: hashes[body], keys })
        }),
      )
      const result = BEST_FIRST.find(best => signatures.some(signature => signature.result === best)) ?? 'none'
      return { result, signatures, ignored: header.signatures.length - signatures.length }
    },
  }
}

function readAll(fields: readonly string[], { header, clock }: Header): readonly Claim[] {
  const now = clock.now()
  const claims = fields.slice(0, MAX_READ).map(field => readSignature(field, now))
  const isWhole = !header.defects.some(({ kind }) => kind === 'too-large' || kind === 'too-many-fields')
  return isWhole ? claims : claims.map(claim => (isVerifiable(claim) ? { ...claim, refused: TRUNCATED } : claim))
}

const isVerifiable = (claim: Claim): claim is Verifiable => claim.refused === undefined

/** Looks up each key once, all at the same time, before the body arrives. */
function lookUpKeys(claims: readonly Verifiable[], { dns, signal }: Header) {
  const asked = new Map<string, Promise<Answer<readonly string[]>>>()
  const ask = (name: string) => {
    const question = asked.get(name) ?? dns.resolve(name, 'TXT', { signal, purpose: 'dkim' })
    asked.set(name, question)
    return question
  }
  for (const { terms } of claims) ask(terms.keyName)
  return ask
}
