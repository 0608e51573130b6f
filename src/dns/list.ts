/** DNS lists of addresses and domains (RFC 5782): what an answer means, and whether a list works. */

import type { Answer, Resolver } from '../model/resolver.ts'
import { addressBytes } from '../net/address.ts'
import { reverseLabels } from './reverse.ts'

/**
 * The entry for an address or a domain. `broken`: the list gives an invalid answer, so it says nothing about any entry.
 */
export type Listing =
  | { readonly kind: 'listed'; readonly codes: readonly string[] }
  | { readonly kind: 'unlisted' }
  | { readonly kind: 'broken'; readonly code: string }
  | { readonly kind: 'unknown' }

/** What a list contains: addresses, as reversed labels, or domain names. */
export type ListKind = 'addresses' | 'domains'

/** The entries that a list must not contain and must contain (RFC 5782 §5). */
export const TEST_POINTS: Readonly<Record<ListKind, { readonly absent: string; readonly present: string }>> = {
  addresses: { absent: '127.0.0.1', present: '127.0.0.2' },
  domains: { absent: 'invalid', present: 'test' },
}

/** The state of a list by its test points. */
export type Health =
  | 'healthy'
  /** It contains what a list must not: it lists every address. */
  | 'lists-everything'
  /** It does not contain what a list must: it is empty, discontinued, or does not answer us. */
  | 'lists-nothing'
  /** It answers its test points with an error code. */
  | 'broken'
  /** The lookup of its test points fails. */
  | 'unreachable'

/** The DNS name of `entry` in the list `zone`. The entry must be of the list's kind. */
export const listName = (zone: string, entry: string, kind: ListKind = 'addresses'): string =>
  `${kind === 'addresses' ? reverseLabels(entry) : entry}.${zone}`

/** One invalid code invalidates the answer: a parked domain answers every name with its web server. */
export function readListing(answer: Answer<string>): Listing {
  switch (answer.kind) {
    case 'answer': {
      const code = answer.records.find(isInvalidCode)
      return code === undefined ? { kind: 'listed', codes: answer.records } : { kind: 'broken', code }
    }
    case 'nodata':
    case 'nxdomain':
      return { kind: 'unlisted' }
    case 'failure':
      return { kind: 'unknown' }
    default:
      return answer satisfies never
  }
}

/** Looks up the test points of a list. */
export async function checkList(dns: Resolver, zone: string, kind: ListKind = 'addresses'): Promise<Health> {
  const { absent, present } = TEST_POINTS[kind]
  const [everything, something] = await Promise.all([
    dns.resolve(listName(zone, absent, kind), 'A').then(readListing),
    dns.resolve(listName(zone, present, kind), 'A').then(readListing),
  ])
  if (everything.kind === 'broken' || something.kind === 'broken') return 'broken'
  if (everything.kind === 'listed') return 'lists-everything'
  if (everything.kind === 'unknown' || something.kind === 'unknown') return 'unreachable'
  return something.kind === 'listed' ? 'healthy' : 'lists-nothing'
}

/**
 * 127.0.0.1 is never a code (RFC 5782 §2.1). 127.255.255.0/24 and 127.0.1.255 refuse the query (Spamhaus and lists like
 * it). Addresses outside 127.0.0.0/8 come from a parked domain or from a resolver that replaces NXDOMAIN.
 */
function isInvalidCode(address: string): boolean {
  const [first, second, third] = addressBytes(address)
  if (first !== 127 || address === '127.0.0.1' || address === '127.0.1.255') return true
  return second === 255 && third === 255
}
