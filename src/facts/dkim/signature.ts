/** Reads one DKIM-Signature field and says whether it is worth a question for its key (RFC 6376 §3.5, §6.1.1). */
import { type DomainName, domainName, keyName } from './domain.ts'
import type { DkimResult } from './result.ts'
import { listOf, readTags, type Tags, withoutSpace } from './tags.ts'

export type Canonicalization = 'simple' | 'relaxed'

export interface Refusal {
  readonly result: DkimResult
  readonly reason: string
}

/** What a signature says of itself. What cannot be read is ''. */
export interface SignatureTags {
  readonly domain: string
  readonly selector: string
  readonly identity: string
  readonly algorithm: string
  readonly fields: readonly string[]
  /** The whole value of b=, without white space. */
  readonly b: string
}

/** What it takes to verify a signature. */
export interface VerificationTerms {
  /** Where the public key is asked for. */
  readonly keyName: DomainName
  readonly keyType: 'rsa' | 'ed25519'
  readonly header: Canonicalization
  readonly body: Canonicalization
  /** bh= */
  readonly bodyHash: string
  readonly signature: Buffer
  /** l= */
  readonly length?: number
  /** i= is below d=, which a key with t=s forbids. */
  readonly belowDomain: boolean
  /** The field itself as it was signed: as Latin-1, b= emptied, without its last CRLF. */
  readonly own: string
}

/** A signature that could be read so far that only its key and the message can tell, or one that could not. */
export type Claim = Verifiable | Refused

export interface Verifiable extends SignatureTags {
  readonly refused?: never
  readonly terms: VerificationTerms
}

export interface Refused extends SignatureTags {
  readonly refused: Refusal
}

/** The most names in h= that are looked at. Real signers list some tens. */
export const MAX_FIELDS = 256

const MAX_OCTETS = 32_768
const MAX_IDENTITY_LENGTH = 512
const SKEW = 3600

const nothing: SignatureTags = { domain: '', selector: '', identity: '', algorithm: '', fields: [], b: '' }
const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's'] as const
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const TIME = /^\d{1,12}$/
const LENGTH = /^\d{1,76}$/
const FIELD_NAME = /^[\x21-\x39\x3b-\x7e]+$/
const CANONICALIZATION = /^(simple|relaxed)(?:\/(simple|relaxed))?$/i
const ATOM = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+$/
const QUOTED = /^"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"$/

/**
 * @param field the whole field as Latin-1
 * @param now in milliseconds since 1970
 */
export function readSignature(field: string, now: number): Claim {
  if (field.length > MAX_OCTETS) return permerror(nothing, `the signature is longer than ${MAX_OCTETS} octets`)
  const text = field.slice(field.indexOf(':') + 1, field.endsWith('\r\n') ? -2 : undefined)
  const tags = readTags(text)
  if ('malformed' in tags) return permerror(nothing, `the signature ${tags.malformed}`)

  const value = (name: string) => tags.get(name)?.value ?? ''
  const domain = domainName(value('d')) ?? ''
  const identity = readIdentity(tags.get('i')?.value, domain)
  const said: SignatureTags = {
    domain,
    selector: keyName(value('s'), domain) === undefined ? '' : value('s').toLowerCase(),
    identity: identity?.text ?? '',
    algorithm: value('a').toLowerCase().slice(0, 40),
    fields: value('h').split(':', MAX_FIELDS + 1).length > MAX_FIELDS ? [] : listOf(value('h')),
    b: withoutSpace(value('b')),
  }

  const missing = REQUIRED.find(name => !tags.has(name))
  if (missing !== undefined) return permerror(said, `the signature has no ${missing}= tag`)
  if (value('v') !== '1') return permerror(said, 'the signature is of a version other than 1')
  const name = keyName(said.selector, domain)
  if (name === undefined) return permerror(said, `${domain === '' ? 'd=' : 's='} of the signature is no domain name`)
  if (identity === undefined) return permerror(said, 'i= of the signature is no address in d= or below it')
  const wrong = wrongFields(said.fields) ?? wrongQuery(tags) ?? wrongNumbers(tags) ?? wrongBase64(said.b, tags)
  if (wrong !== undefined) return permerror(said, wrong)

  const [, keyType] = /^(rsa|ed25519)-sha256$/.exec(said.algorithm) ?? []
  if (said.algorithm === 'rsa-sha1') return refuse(said, 'policy', 'rsa-sha1 is too weak to be believed (RFC 8301)')
  if (keyType !== 'rsa' && keyType !== 'ed25519')
    return refuse(said, 'neutral', 'the algorithm of the signature is not known')
  const [, header, body = 'simple'] = CANONICALIZATION.exec(tags.get('c')?.value ?? 'simple') ?? []
  if (header === undefined) return refuse(said, 'neutral', 'the canonicalization of the signature is not known')
  const late = wrongTime(tags, now / 1000)
  if (late !== undefined) return refuse(said, 'neutral', late)

  const { start, end } = tags.get('b') ?? { start: 0, end: 0 }
  return {
    ...said,
    terms: {
      keyName: name,
      keyType,
      header: toCanonicalization(header),
      body: toCanonicalization(body),
      bodyHash: withoutSpace(value('bh')),
      signature: Buffer.from(said.b, 'base64'),
      ...(tags.has('l') && { length: Number(value('l')) }),
      belowDomain: identity.domain !== domain,
      own: `${field.slice(0, field.indexOf(':') + 1)}${text.slice(0, start)}${text.slice(end)}`,
    },
  }
}

const refuse = (said: SignatureTags, result: DkimResult, reason: string): Refused => ({
  ...said,
  refused: { result, reason },
})

const permerror = (said: SignatureTags, reason: string): Refused => refuse(said, 'permerror', reason)

const toCanonicalization = (word: string): Canonicalization => (word.toLowerCase() === 'relaxed' ? 'relaxed' : 'simple')

function wrongFields(fields: readonly string[]): string | undefined {
  if (fields.length === 0) return `h= of the signature names more than ${MAX_FIELDS} fields`
  if (!fields.every(name => FIELD_NAME.test(name))) return 'h= of the signature is no list of field names'
  return fields.includes('from') ? undefined : 'the signature does not cover From'
}

function wrongQuery(tags: Tags): string | undefined {
  const methods = listOf(tags.get('q')?.value ?? 'dns/txt')
  return methods.includes('dns/txt') ? undefined : 'the key of the signature is to be asked for by other means than DNS'
}

function wrongNumbers(tags: Tags): string | undefined {
  const wrong = [['t', TIME] as const, ['x', TIME] as const, ['l', LENGTH] as const].find(
    ([name, form]) => !form.test(tags.get(name)?.value ?? '0'),
  )
  if (wrong !== undefined) return `${wrong[0]}= of the signature is no number`
  const expires = tags.get('x')
  return expires !== undefined && Number(expires.value) <= Number(tags.get('t')?.value ?? -1)
    ? 'the signature expired before it was made'
    : undefined
}

function wrongBase64(b: string, tags: Tags): string | undefined {
  if (!BASE64.test(b)) return 'b= of the signature is not base64'
  return BASE64.test(withoutSpace(tags.get('bh')?.value ?? '')) ? undefined : 'bh= of the signature is not base64'
}

// RFC 6376 §3.5 lets a verifier ignore what was signed in the future; clocks that are an hour wrong are common.
function wrongTime(tags: Tags, seconds: number): string | undefined {
  if (Number(tags.get('x')?.value ?? Number.POSITIVE_INFINITY) < seconds) return 'the signature has expired'
  return Number(tags.get('t')?.value ?? 0) > seconds + SKEW ? 'the signature was made in the future' : undefined
}

/** i= is an address, its local part optional and in dkim-quoted-printable (RFC 6376 §2.11); left out, it is @ and d=. */
function readIdentity(value: string | undefined, domain: string): { text: string; domain: string } | undefined {
  if (value === undefined) return { text: `@${domain}`, domain }
  if (value.length > MAX_IDENTITY_LENGTH) return undefined
  const encoded = withoutSpace(value).replace(/=([\dA-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)))
  const text = Buffer.from(encoded, 'latin1').toString()
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const below = domainName(text.slice(at + 1))
  if (at < 0 || below === undefined || domain === '') return undefined
  if (below !== domain && !below.endsWith(`.${domain}`)) return undefined
  const wellFormed = local === '' || QUOTED.test(local) || local.split('.').every(atom => ATOM.test(atom))
  return wellFormed ? { text: `${local}@${below}`, domain: below } : undefined
}
