/** Verifies one signature, when its key and the hash of the body are known (RFC 6376 §6.1). */
import { nodeCrypto } from '../../model/lazy.ts'
import type { BodyHashes } from './digest.ts'
import type { SignedHeader } from './header.ts'
import type { KeyFound, PublicKey } from './key.ts'
import type { DkimResult, DkimSignature } from './result.ts'
import type { Refusal, Refused, SignatureTags, Verifiable } from './signature.ts'

/** What the message has to say to a signature. */
export interface Evidence {
  readonly header: SignedHeader
  readonly body: BodyHashes
  /** What stands where the key should be: the signature holds if one of them has made it. */
  readonly keys: readonly [KeyFound, ...KeyFound[]]
}

/** A signature that was refused before anything was asked. */
export const reportRefused = (claim: Refused): DkimSignature => ({ ...report(claim, claim.refused), unsigned: [] })

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

/** The most hopeful first. */
export const HOPES = [
  'pass',
  'temperror',
  'fail',
  'policy',
  'neutral',
  'permerror',
] as const satisfies readonly DkimResult[]

/** The first key with which the signature holds, else the one that comes nearest. */
function bestOf([first, ...others]: Evidence['keys'], judged: (key: KeyFound) => Refusal) {
  let best = { found: first, verdict: judged(first) }
  for (const found of others) {
    if (best.verdict.result === 'pass') return best
    const verdict = judged(found)
    if (HOPES.indexOf(verdict.result) < HOPES.indexOf(best.verdict.result)) best = { found, verdict }
  }
  return best
}

interface Tried extends Omit<Evidence, 'keys'> {
  readonly key: KeyFound
}

// The body first: what does not fit the message is broken whatever its key, so an outage of DNS cannot make it unknown.
function judge(claim: Verifiable, { header, body, key: found }: Tried): Refusal {
  const { terms, domain } = claim
  if (body.of(terms.length) !== terms.bodyHash)
    return { result: 'fail', reason: `the body is not the one that ${domain} signed` }
  if (found.refused !== undefined) return found.refused
  const { key } = found
  if (key.type !== terms.keyType)
    return { result: 'permerror', reason: `the key of ${domain} is ${key.type}, the signature ${terms.keyType}` }
  if (key.strict && terms.belowDomain)
    return { result: 'permerror', reason: `the key of ${domain} is not for identities below it, such as i= names` }
  const data = header.data(terms.header, claim.fields, terms.own)
  return isSigned(data, terms.signature, key)
    ? { result: 'pass', reason: `${domain} has signed this message` }
    : { result: 'fail', reason: `the header fields are not those that ${domain} signed` }
}

// RFC 8463 §3: Ed25519 signs the SHA-256 hash of what RSA signs.
function isSigned(data: Buffer, signature: Buffer, { type, object }: PublicKey): boolean {
  return type === 'rsa'
    ? nodeCrypto().verify('sha256', data, object, signature)
    : nodeCrypto().verify(null, nodeCrypto().createHash('sha256').update(data).digest(), object, signature)
}
