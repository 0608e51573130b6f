/** Parses one DKIM-Signature field and decides whether its key is looked up (RFC 6376 §3.5, §6.1.1). */
import { isFieldName } from '../../model/header.ts'
import { type DomainName, domainName, keyName } from './domain.ts'
import type { DkimResult } from './result.ts'
import { listOf, readTags, type Tags, withoutSpace } from './tags.ts'

/** RFC 6376 §3.4. */
export type Canonicalization = 'simple' | 'relaxed'

/** Why a signature or key is refused. */
export interface Refusal {
  readonly result: DkimResult
  readonly reason: string
}

/** The tags of a signature that are reported. Tags that cannot be read are ''. */
export interface SignatureTags {
  readonly domain: string
  readonly selector: string
  readonly identity: string
  readonly algorithm: string
  readonly fields: readonly string[]
  /** The whole value of b=, without white space. */
  readonly b: string
}

/** What is needed to verify a signature. */
export interface VerificationTerms {
  /** The name of the key record. */
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
  /** The field as it was signed: as Latin-1, with an empty b=, without its last CRLF. */
  readonly signedField: string
}

/** A parsed signature: the key and the message decide, or it is refused for its form. */
export type Claim = Verifiable | Refused

export interface Verifiable extends SignatureTags {
  readonly refused?: never
  readonly terms: VerificationTerms
}

export interface Refused extends SignatureTags {
  readonly refused: Refusal
}

/** The maximum of names in h=. Real signers list some tens. */
const MAX_FIELDS = 256

const MAX_LENGTH = 32_768
const MAX_IDENTITY_LENGTH = 512
const MAX_SKEW_SECONDS = 3600

const nothing: SignatureTags = { domain: '', selector: '', identity: '', algorithm: '', fields: [], b: '' }
const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's'] as const
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const TIME = /^\d{1,12}$/
const LENGTH = /^\d{1,76}$/
const CANONICALIZATION = /^(simple|relaxed)(?:\/(simple|relaxed))?$/i
const ATOM = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+$/
const QUOTED = /^"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"$/

/**
 * @param field the whole field as Latin-1
 * @param now in milliseconds since 1970
 */
export function readSignature(field: string, now: number): Claim {
  if (field.length > MAX_LENGTH) return permerror(nothing, `the signature is longer than ${MAX_LENGTH} bytes`)
  const text = field.slice(field.indexOf(':') + 1, field.endsWith('\r\n') ? -2 : undefined)
  const tags = readTags(text)
  if ('malformed' in tags) return permerror(nothing, `the signature ${tags.malformed}`)

  const value = (name: string) => tags.get(name)?.value ?? ''
  const domain = domainName(value('d')) ?? ''
  const identity = readIdentity(tags.get('i')?.value, domain)
  const read: SignatureTags = {
    domain,
    selector: keyName(value('s'), domain) === undefined ? '' : value('s').toLowerCase(),
    identity: identity?.text ?? '',
    algorithm: value('a').toLowerCase().slice(0, 40),
    fields: value('h').split(':', MAX_FIELDS + 1).length > MAX_FIELDS ? [] : listOf(value('h')),
    b: withoutSpace(value('b')),
  }

  const missing = REQUIRED.find(name => !tags.has(name))
  if (missing !== undefined) return permerror(read, `the signature has no ${missing}= tag`)
  if (value('v') !== '1') return permerror(read, 'the version of the signature is not 1')
  const name = keyName(read.selector, domain)
  if (name === undefined) return permerror(read, `${domain === '' ? 'd=' : 's='} of the signature is not a domain name`)
  if (identity === undefined) return permerror(read, 'i= of the signature is not an address in d= or below it')
  const problem = fieldsProblem(read.fields) ?? queryProblem(tags) ?? numberProblem(tags) ?? base64Problem(read.b, tags)
  if (problem !== undefined) return permerror(read, problem)

  const [, keyType] = /^(rsa|ed25519)-sha256$/.exec(read.algorithm) ?? []
  if (read.algorithm === 'rsa-sha1') return refuse(read, 'policy', 'rsa-sha1 is too weak (RFC 8301)')
  if (keyType !== 'rsa' && keyType !== 'ed25519')
    return refuse(read, 'neutral', 'the algorithm of the signature is not supported')
  const [, header, body = 'simple'] = CANONICALIZATION.exec(tags.get('c')?.value ?? 'simple') ?? []
  if (header === undefined) return refuse(read, 'neutral', 'the canonicalization of the signature is not supported')
  const expired = timeProblem(tags, now / 1000)
  if (expired !== undefined) return refuse(read, 'neutral', expired)

  const { start, end } = tags.get('b') ?? { start: 0, end: 0 }
  return {
    ...read,
    terms: {
      keyName: name,
      keyType,
      header: toCanonicalization(header),
      body: toCanonicalization(body),
      bodyHash: withoutSpace(value('bh')),
      signature: Buffer.from(read.b, 'base64'),
      ...(tags.has('l') && { length: Number(value('l')) }),
      belowDomain: identity.domain !== domain,
      signedField: `${field.slice(0, field.indexOf(':') + 1)}${text.slice(0, start)}${text.slice(end)}`,
    },
  }
}

const refuse = (read: SignatureTags, result: DkimResult, reason: string): Refused => ({
  ...read,
  refused: { result, reason },
})

const permerror = (read: SignatureTags, reason: string): Refused => refuse(read, 'permerror', reason)

const toCanonicalization = (word: string): Canonicalization => (word.toLowerCase() === 'relaxed' ? 'relaxed' : 'simple')

function fieldsProblem(fields: readonly string[]): string | undefined {
  if (fields.length === 0) return `h= of the signature names more than ${MAX_FIELDS} fields`
  if (!fields.every(isFieldName)) return 'h= of the signature is not a list of field names'
  return fields.includes('from') ? undefined : 'the signature does not cover From'
}

function queryProblem(tags: Tags): string | undefined {
  const methods = listOf(tags.get('q')?.value ?? 'dns/txt')
  return methods.includes('dns/txt') ? undefined : 'the signature does not allow its key to be looked up in DNS'
}

function numberProblem(tags: Tags): string | undefined {
  const malformed = [['t', TIME] as const, ['x', TIME] as const, ['l', LENGTH] as const].find(
    ([name, form]) => !form.test(tags.get(name)?.value ?? '0'),
  )
  if (malformed !== undefined) return `${malformed[0]}= of the signature is not a number`
  const expires = tags.get('x')
  return expires !== undefined && Number(expires.value) <= Number(tags.get('t')?.value ?? -1)
    ? 'the signature expired before it was made'
    : undefined
}

function base64Problem(b: string, tags: Tags): string | undefined {
  if (!BASE64.test(b)) return 'b= of the signature is not base64'
  return BASE64.test(withoutSpace(tags.get('bh')?.value ?? '')) ? undefined : 'bh= of the signature is not base64'
}

// RFC 6376 §3.5 allows verifiers to ignore signatures from the future. Clocks that are an hour off are common.
function timeProblem(tags: Tags, seconds: number): string | undefined {
  if (Number(tags.get('x')?.value ?? Number.POSITIVE_INFINITY) < seconds) return 'the signature has expired'
  return Number(tags.get('t')?.value ?? 0) > seconds + MAX_SKEW_SECONDS
    ? 'the signature was made in the future'
    : undefined
}

/** i= is an address with an optional local part in dkim-quoted-printable (RFC 6376 §2.11). Its default is @ and d=. */
function readIdentity(value: string | undefined, domain: string): { text: string; domain: string } | undefined {
  if (value === undefined) return { text: `@${domain}`, domain }
  if (value.length > MAX_IDENTITY_LENGTH) return undefined
  const encoded = withoutSpace(value).replace(/=([\dA-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)))
  const text = Buffer.from(encoded, 'latin1').toString()
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const host = domainName(text.slice(at + 1))
  if (at < 0 || host === undefined || domain === '') return undefined
  if (host !== domain && !host.endsWith(`.${domain}`)) return undefined
  const wellFormed = local === '' || QUOTED.test(local) || local.split('.').every(atom => ATOM.test(atom))
  return wellFormed ? { text: `${local}@${host}`, domain: host } : undefined
}
