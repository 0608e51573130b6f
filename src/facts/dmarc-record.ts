/** Parses DMARC Policy Records (RFC 9989 §4.7): names of tags are case-sensitive, and none may occur twice. */
import type { DmarcPolicy } from './dmarc-result.ts'

/** A record, as far as it is evaluated. */
export interface DmarcRecord {
  readonly text: string
  /** psd=: whether the domain is a Public Suffix Domain; undefined where it is not y or n. */
  readonly psd: 'y' | 'n' | undefined
  readonly strictDkim: boolean
  readonly strictSpf: boolean
  /** t=y */
  readonly testing: boolean
  /** Undefined where the record gets no DMARC processing. */
  readonly policies: Policies | undefined
}

/** p=, sp= and np=, or p=none in place of invalid ones. */
export interface Policies {
  readonly p: DmarcPolicy
  readonly sp?: DmarcPolicy | undefined
  readonly np?: DmarcPolicy | undefined
}

const VERSION = /^[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/
// A record has at most 64 KB, and each part of it is read once.
const URI = /^[a-z][a-z0-9+.-]*:(?:[a-z0-9\-._~:/?#[\]@$&'()*+;=]|%[0-9a-f]{2})*$/i
/** The obsolete `!10m` behind a URI. */
const SIZE = /![0-9]+[kmgt]?$/i

/**
 * The record among the TXT records of a name. Several records count as none (§4.10 step 2), and so does a record whose
 * tags cannot be read.
 */
export function policyRecord(texts: readonly (readonly string[])[]): DmarcRecord | undefined {
  let text: string | undefined
  for (const strings of texts) {
    const joined = (strings.length === 1 ? (strings[0] ?? '') : strings.join('')).trim()
    if (!VERSION.test(joined)) continue
    if (text !== undefined) return undefined
    text = joined
  }
  return text === undefined ? undefined : readRecord(text)
}

/** A tag without `=` is no tag, but hides an earlier tag of its name. */
const VALUELESS = Symbol('no value')

function readRecord(text: string): DmarcRecord | undefined {
  const tags = new Map<string, string | typeof VALUELESS>()
  const names = new Set<string>()
  for (const part of text.split(';')) {
    const tag = part.trim()
    const equals = tag.indexOf('=')
    if (tag === '' || equals === 0) continue
    if (equals < 0) {
      tags.set(tag.toLowerCase(), VALUELESS)
      continue
    }
    const written = tag.slice(0, equals).trim()
    // Only the version may be written in any case (§4.7).
    const name = names.size === 0 ? written.toLowerCase() : written
    if (names.has(name)) return undefined
    names.add(name)
    tags.set(name, tag.slice(equals + 1).trim())
  }
  const value = (name: string): string | undefined => {
    const found = tags.get(name)
    return typeof found === 'string' ? found.toLowerCase() : undefined
  }
  const psd = value('psd')
  return {
    text,
    psd: psd === 'y' || psd === 'n' ? psd : undefined,
    strictDkim: value('adkim') === 's',
    strictSpf: value('aspf') === 's',
    testing: value('t') === 'y',
    policies: policiesOf(tags),
  }
}

/** §4.10.1: without a valid p=, or with an invalid sp= or np=, the policy is none if reports are asked for. */
function policiesOf(tags: ReadonlyMap<string, string | typeof VALUELESS>): Policies | undefined {
  const [p, sp, np] = [policyOf(tags.get('p')), policyOf(tags.get('sp')), policyOf(tags.get('np'))]
  const isValid = p !== undefined && (sp !== undefined || !tags.has('sp')) && (np !== undefined || !tags.has('np'))
  if (isValid) return { p, sp, np }
  const rua = tags.get('rua')
  const hasReports = typeof rua === 'string' && rua.split(',').some(uri => URI.test(uri.trim().replace(SIZE, '')))
  return hasReports ? { p: 'none' } : undefined
}

function policyOf(value: string | typeof VALUELESS | undefined): DmarcPolicy | undefined {
  const policy = typeof value === 'string' ? value.toLowerCase() : undefined
  return policy === 'none' || policy === 'quarantine' || policy === 'reject' ? policy : undefined
}
