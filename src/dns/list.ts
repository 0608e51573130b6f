/** Lists of addresses and of domains kept in DNS (RFC 5782): what an answer means, and whether a list can be believed. */

import type { Answer, Resolver } from '../model/resolver.ts'
import { addressBytes } from '../net/address.ts'
import { reverseLabels } from './reverse.ts'

/** What a list says of an address or a domain. `broken` is a list that answers what no list may: it says nothing of anybody. */
export type Listing =
  | { readonly kind: 'listed'; readonly codes: readonly string[] }
  | { readonly kind: 'unlisted' }
  | { readonly kind: 'broken'; readonly code: string }
  | { readonly kind: 'unknown' }

/** What a list holds: addresses, by their labels in reverse, or names of domains. */
export type Holds = 'addresses' | 'domains'

/** What no list of a kind may hold, and what each must hold (RFC 5782 §5). */
export const TEST_POINTS: Readonly<Record<Holds, { readonly absent: string; readonly present: string }>> = {
  addresses: { absent: '127.0.0.1', present: '127.0.0.2' },
  domains: { absent: 'invalid', present: 'test' },
}

/** How a list stands in its test points. */
export type Health =
  | 'healthy'
  /** It lists what no list may: it would list the world. */
  | 'lists-everything'
  /** It does not list what each must: it is empty, gone, or does not answer to us. */
  | 'lists-nothing'
  /** It answers its test points with an error code. */
  | 'broken'
  /** Its test points could not be asked. */
  | 'unreachable'

/** The name under which the list `zone` holds `entry`, which must be of the kind that it holds. */
export const listedName = (zone: string, entry: string, holds: Holds = 'addresses'): string =>
  `${holds === 'addresses' ? reverseLabels(entry) : entry}.${zone}`

/** One code that is no code makes all of the answer void: a parked domain answers with its web server beside anything. */
export function readListing(answer: Answer<string>): Listing {
  switch (answer.kind) {
    case 'answer': {
      const code = answer.records.find(isNoCode)
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

/** Asks for what a list must not hold and what it must hold. */
export async function checkList(dns: Resolver, zone: string, holds: Holds = 'addresses'): Promise<Health> {
  const { absent, present } = TEST_POINTS[holds]
  const [everything, something] = await Promise.all([
    dns.resolve(listedName(zone, absent, holds), 'A').then(readListing),
    dns.resolve(listedName(zone, present, holds), 'A').then(readListing),
  ])
  if (everything.kind === 'broken' || something.kind === 'broken') return 'broken'
  if (everything.kind === 'listed') return 'lists-everything'
  if (everything.kind === 'unknown' || something.kind === 'unknown') return 'unreachable'
  return something.kind === 'listed' ? 'healthy' : 'lists-nothing'
}

/**
 * 127.0.0.1 is never a code (RFC 5782 §2.1); 127.255.255.0/24 says "you may not ask, or not so" (Spamhaus and those who follow
 * it), as 127.0.1.255 does; anything outside 127.0.0.0/8 comes from a parked domain or from a resolver that lies about NXDOMAIN.
 */
function isNoCode(address: string): boolean {
  const [first, second, third] = addressBytes(address)
  if (first !== 127 || address === '127.0.0.1' || address === '127.0.1.255') return true
  return second === 255 && third === 255
}
