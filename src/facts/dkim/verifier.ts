/** Reads the signatures of a message while it arrives, computes body hashes in the same pass, and asks for the keys. */
import { aborted } from '../../dns/answer.ts'
import type { Reader } from '../../model/fact.ts'
import { type MaybePromise, thenSync } from '../../model/maybe-promise.ts'
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

  const conclude = (): Dkim => {
    const signatures = chosen.map(claim => {
      if (!isVerifiable(claim)) return reportRefused(claim)
      const { keyName, body } = claim.terms
      const keys = readKey(answers.of(keyName), keyName)
      return verify(claim, { header, body: bodies.end(body), keys })
    })
    const result = BEST_FIRST.find(best => signatures.some(signature => signature.result === best)) ?? 'none'
    return { result, signatures, ignored: header.signatures.length - signatures.length }
  }
  return {
    chunk: bodies.chunk,
    // No promise where all keys are cached.
    end: () => thenSync(answers.ready, conclude),
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
function lookUpKeys(claims: readonly Verifiable[], message: Header) {
  const answers = new Map<string, Answer<readonly string[]>>()
  const waits: Promise<unknown>[] = []
  const names = new Set(claims.map(({ terms }) => terms.keyName))
  for (const name of names) {
    const known = message.dns.known?.(name, 'TXT')
    if (known !== undefined) answers.set(name, known)
    else {
      const { dns, signal } = message
      waits.push(dns.resolve(name, 'TXT', { signal, purpose: 'dkim' }).then(answer => answers.set(name, answer)))
    }
  }
  const ready: MaybePromise<unknown> = waits.length === 0 ? undefined : Promise.all(waits)
  // A rejection is reported at the end; the message may break off before.
  if (ready instanceof Promise) ready.catch(() => undefined)
  return { ready, of: (name: string): Answer<readonly string[]> => answers.get(name) ?? aborted }
}
