/** The DMARC record of a domain, as far as a report needs it: the published policy, and where reports go. */
import type { Resolver } from '../../model/resolver.ts'
import type { PublishedPolicy } from '../types.ts'

/** A destination as a record names it. */
export interface ReportUri {
  /** An address of ASCII characters that are safe in a command and a field. */
  readonly address: string
  /** The host part of the address, in lower case. */
  readonly host: string
  /** The largest mail that it takes, in bytes (`!10m`). */
  readonly maxBytes?: number
}

/** What a domain publishes now. */
export type Published =
  | { readonly kind: 'policy'; readonly policy: PublishedPolicy; readonly uris: readonly ReportUri[] }
  | { readonly kind: 'none' }
  /** The lookup has failed: it may be there. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Destinations of one record that are considered; RFC 7489 §6.2 asks for two. */
const MAX_URIS = 10
/** A longer record is not of a person's making. */
const MAX_RECORD_LENGTH = 4096

const POLICIES: ReadonlySet<string | undefined> = new Set([undefined, 'none', 'quarantine', 'reject'])

/** Looks up what a domain publishes now: a report tells the policy of the end of its day (RFC 9990 §3.3). */
export async function publishedBy(domain: string, dns: Resolver): Promise<Published> {
  const answer = await dns.resolve(`_dmarc.${domain}`, 'TXT', { purpose: 'dmarc' })
  if (answer.kind === 'failure') return { kind: 'unknown', reason: answer.detail }
  if (answer.kind !== 'answer') return { kind: 'none' }
  const records = answer.records.map(strings => strings.join('')).flatMap(text => tagsOf(text) ?? [])
  const [tags] = records
  return tags === undefined || records.length > 1 ? { kind: 'none' } : readTags(domain, tags)
}

export type Tags = ReadonlyMap<string, string>

/** The tags of a record that begins with `v=DMARC1`; undefined for other texts and where a tag occurs twice. */
export function tagsOf(text: string): Tags | undefined {
  if (text.length > MAX_RECORD_LENGTH || !/^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text.trim())) return undefined
  const tags = new Map<string, string>()
  for (const part of text.split(';')) {
    const at = part.indexOf('=')
    const name = part.slice(0, Math.max(at, 0)).trim()
    if (name === '') continue
    if (tags.has(name)) return undefined
    tags.set(name, part.slice(at + 1).trim())
  }
  return tags
}

function readTags(domain: string, tags: Tags): Published {
  const value = (name: string) => tags.get(name)?.toLowerCase()
  const [p, sp, np] = [value('p'), value('sp'), value('np')]
  // RFC 9989 §4.10.1: a record with a wrong policy that asks for reports counts as p=none.
  const isRight = p !== undefined && [p, sp, np].every(word => POLICIES.has(word))
  const { adkim, aspf, fo } = { adkim: value('adkim'), aspf: value('aspf'), fo: value('fo') }
  const policy: PublishedPolicy = {
    domain,
    p: isRight ? p : 'none',
    // RFC 7489 knows no report without sp.
    sp: isRight ? (sp ?? p) : 'none',
    ...(isRight && np !== undefined && { np }),
    adkim: adkim === 's' ? 's' : 'r',
    aspf: aspf === 's' ? 's' : 'r',
    fo: fo !== undefined && /^[01ds](?:[ \t]*:[ \t]*[01ds]){0,3}$/.test(fo) ? fo : '0',
    testing: value('t') === 'y' ? 'y' : 'n',
    discovery: 'treewalk',
  }
  return { kind: 'policy', policy, uris: urisOf(tags.get('rua') ?? '') }
}

/** The `mailto:` destinations of a list. Addresses that could not stand in a command are left out. */
export function urisOf(rua: string): readonly ReportUri[] {
  const uris = rua.split(',', 100).flatMap(text => readUri(text.trim()) ?? [])
  return [...new Map(uris.map(uri => [uri.address.toLowerCase(), uri])).values()].slice(0, MAX_URIS)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

function readUri(text: string): ReportUri | undefined {
  const [, encoded = '', size, unit = ''] =
    /^mailto:([^?!,]{3,320})(?:\?[^!]*)?(?:!(\d{1,12})([kmgt]?))?$/i.exec(text) ?? []
  const address = decoded(encoded)
  const [, host = ''] = /^[\w!#$%&'*+/=?^`{|}~.-]{1,64}@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+)$/i.exec(address) ?? []
  if (host === '' || host.length > 253) return undefined
  const maxBytes = size === undefined ? undefined : Number(size) * (UNITS[unit.toLowerCase()] ?? 1)
  return { address, host: host.toLowerCase(), ...(maxBytes !== undefined && { maxBytes }) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
