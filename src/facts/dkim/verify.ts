/** Verifies one signature, when its key and the hash of the body are known (RFC 6376 §6.1). */
import { nodeCrypto } from '../../core/lazily.ts'
import type { BodyHashes } from './digest.ts'
import type { SignedHeader } from './header.ts'
import type { KeyFound, PublicKey } from './key.ts'
import type { DkimSignature } from './result.ts'
import type { Refusal, Refused, Said, Verifiable } from './signature.ts'

/** What the message has to say to a signature. */
export interface Evidence {
  readonly header: SignedHeader
  readonly body: BodyHashes
  readonly key: KeyFound
}

/** A signature that was refused before anything was asked. */
export const reportRefused = (claim: Refused): DkimSignature => ({ ...report(claim, claim.refused), unsigned: [] })

export function verify(claim: Verifiable, { header, body, key: found }: Evidence): DkimSignature {
  const { terms, fields } = claim
  const { length } = terms
  const partial = length !== undefined && length < body.total ? { signed: length, total: body.total } : undefined
  const bits = found.refused === undefined ? found.key.bits : found.bits
  return {
    ...report(claim, judge(claim, { header, body, key: found })),
    unsigned: header.unsigned(fields),
    ...(partial && { partial }),
    ...(bits !== undefined && { keyBits: bits }),
    ...(found.refused === undefined && found.key.testing && { testing: true }),
  }
}

function report({ domain, selector, identity, algorithm, fields, b }: Said, verdict: Refusal) {
  return { domain, selector, identity, algorithm, ...verdict, fields, b: b.slice(0, 12) }
}

// The body first: what does not fit the message is broken whatever its key, so an outage of DNS cannot make it unknown.
function judge(claim: Verifiable, { header, body, key: found }: Evidence): Refusal {
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
