/** Verifies one signature once its key and the body hash are known (RFC 6376 §6.1). */
import { nodeCrypto } from '../../model/lazy.ts'
import type { BodyHashes } from './digest.ts'
import type { SignedHeader } from './header.ts'
import type { KeyFound, PublicKey } from './key.ts'
import type { DkimResult, DkimSignature } from './result.ts'
import type { Refusal, Refused, SignatureTags, Verifiable } from './signature.ts'

/** What a signature is verified against. */
export interface Evidence {
  readonly header: SignedHeader
  readonly body: BodyHashes
  /** The keys at the name of the key record: the signature passes if one of them verifies it. */
  readonly keys: readonly [KeyFound, ...KeyFound[]]
}

/** The result of a signature that was refused for its form, without a lookup. */
export const reportRefused = (claim: Refused): DkimSignature => ({ ...report(claim, claim.refused), unsigned: [] })

/** Verifies a signature and reports its result. */
export function verify(claim: Verifiable, { header, body, keys }: Evidence): DkimSignature {
  const { terms, fields } = claim
  const { found, verdict } = bestOf(keys, key => judge(claim, { header, body, key }))
  const { length } = terms
  const partial = length !== undefined && length < body.total ? { signed: length, total: body.total } : undefined
  const bits = found.refused === undefined ? found.key.bits : found.bits
  return {
    ...report(claim, verdict),
    unsigned: header.unsigned(fields),
    ...(partial && { partial }),
    ...(bits !== undefined && { keyBits: bits }),
    ...(found.refused === undefined && found.key.testing && { testing: true }),
  }
}

function report({ domain, selector, identity, algorithm, fields, b }: SignatureTags, verdict: Refusal) {
  return { domain, selector, identity, algorithm, ...verdict, fields, b: b.slice(0, 12) }
}

/** Results from the best to the worst. */
export const BEST_FIRST = [
  'pass',
  'temperror',
  'fail',
  'policy',
  'neutral',
  'permerror',
] as const satisfies readonly DkimResult[]

/** The first key that verifies the signature, else the key with the best result. */
function bestOf([first, ...others]: Evidence['keys'], judged: (key: KeyFound) => Refusal) {
  let best = { found: first, verdict: judged(first) }
  for (const found of others) {
    if (best.verdict.result === 'pass') return best
    const verdict = judged(found)
    if (BEST_FIRST.indexOf(verdict.result) < BEST_FIRST.indexOf(best.verdict.result)) best = { found, verdict }
  }
  return best
}

interface KeyEvidence extends Omit<Evidence, 'keys'> {
  readonly key: KeyFound
}

// The body comes first: if it was changed the signature fails with every key, even when DNS gives no key.
function judge(claim: Verifiable, { header, body, key: found }: KeyEvidence): Refusal {
  const { terms, domain } = claim
  if (body.of(terms.length) !== terms.bodyHash)
    return { result: 'fail', reason: `the body does not match the signature of ${domain}` }
  if (found.refused !== undefined) return found.refused
  const { key } = found
  if (key.type !== terms.keyType)
    return { result: 'permerror', reason: `the key of ${domain} is ${key.type}, but the signature is ${terms.keyType}` }
  if (key.strict && terms.belowDomain)
    return { result: 'permerror', reason: `the key of ${domain} does not allow the subdomain in i=` }
  const data = header.data(terms.header, claim.fields, terms.signedField)
  return isSigned(data, terms.signature, key)
    ? { result: 'pass', reason: `${domain} signed this message` }
    : { result: 'fail', reason: `the header fields do not match the signature of ${domain}` }
}

// RFC 8463 §3: Ed25519 signs the SHA-256 hash of what RSA signs.
function isSigned(data: Buffer, signature: Buffer, { type, object }: PublicKey): boolean {
  return type === 'rsa'
    ? nodeCrypto().verify('sha256', data, object, signature)
    : nodeCrypto().verify(null, nodeCrypto().createHash('sha256').update(data).digest(), object, signature)
}
