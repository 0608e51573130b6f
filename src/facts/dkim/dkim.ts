/**
 * `dkim`: who has signed this message, and does it hold (RFC 6376, RFC 8301, RFC 8463, RFC 8616). Body hashes are made
 * on the one pass over the message, while the keys are asked for.
 */
import { type Reader, type Reading, reading } from '../../model/fact.ts'
import type { Answer } from '../../model/resolver.ts'
import type { Header } from '../../model/stage.ts'
import { bodyHashes } from './bodies.ts'
import { signedHeader } from './header.ts'
import { type KeyReader, keyReader } from './key.ts'
import type { Dkim } from './result.ts'
import { mostUseful } from './select.ts'
import { type Claim, readSignature, type Verifiable } from './signature.ts'
import { HOPES, reportRefused, verify } from './verify.ts'

export type { Dkim, DkimResult, DkimSignature, UnsignedField } from './result.ts'

export interface DkimLimits {
  /** How many signatures are verified, 10 at most; others are counted as ignored. @default 5 */
  readonly signatures?: number
}

/** The reading `dkim` with a limit of one's own. Make it once and name the same one everywhere. */
export function dkimWithin({ signatures = 5 }: DkimLimits = {}): Reading<Dkim> {
  const most = Math.max(1, Math.min(10, Math.floor(signatures)))
  const readKey = keyReader()
  return reading('dkim', header => verifier(header, most, readKey))
}

/**
 * Every signature of the message, up to five. A failing signature means no more than none (RFC 6376 §6.1).
 *
 * @example
 * const { signatures } = await message.ask(dkim)
 * const domains = signatures.filter(({ result, partial }) => result === 'pass' && !partial).map(({ domain }) => domain)
 */
export const dkim: Reading<Dkim> = dkimWithin()

// More than this are not even read: a message of nothing but signatures.
const MAX_READ = 100
const CUT_SHORT = {
  result: 'neutral',
  reason: 'the header section is too large for its signatures to be verified',
} as const

const nothing = { chunk: () => {}, end: (): Dkim => ({ result: 'none', signatures: [], ignored: 0 }) }

function verifier(message: Header, most: number, readKey: KeyReader): Reader<Dkim> {
  if (message.header.all('dkim-signature').length === 0) return nothing
  const header = signedHeader(message.header)
  const chosen = mostUseful(readAll(header.signatures, message), message.header, most)
  const verifiable = chosen.filter(isVerifiable)
  const answers = askForKeys(verifiable, message)
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
      const result = HOPES.find(hope => signatures.some(signature => signature.result === hope)) ?? 'none'
      return { result, signatures, ignored: header.signatures.length - signatures.length }
    },
  }
}

function readAll(fields: readonly string[], { header, clock }: Header): readonly Claim[] {
  const now = clock.now()
  const claims = fields.slice(0, MAX_READ).map(field => readSignature(field, now))
  const isWhole = !header.defects.some(({ kind }) => kind === 'too-large' || kind === 'too-many-fields')
  return isWhole ? claims : claims.map(claim => (isVerifiable(claim) ? { ...claim, refused: CUT_SHORT } : claim))
}

const isVerifiable = (claim: Claim): claim is Verifiable => claim.refused === undefined

/** One question for each key, all at once and at once. */
function askForKeys(claims: readonly Verifiable[], { dns, signal }: Header) {
  const asked = new Map<string, Promise<Answer<readonly string[]>>>()
  const ask = (name: string) => {
    const question = asked.get(name) ?? dns.resolve(name, 'TXT', { signal, purpose: 'dkim' })
    asked.set(name, question)
    return question
  }
  for (const { terms } of claims) ask(terms.keyName)
  return ask
}
