/** Chooses which signatures of a message are worth verifying when it has more than the bound. */
import type { HeaderFields } from '../../model/header.ts'
import type { Claim } from './signature.ts'

/**
 * First those that speak for the domain of From, for only they count for DMARC, then the others that can be verified,
 * then those that cannot; from the top of the header section, where the last hop to sign has put its own.
 *
 * @returns at most `most` of them, in the order of `claims`
 */
export function mostUseful(claims: readonly Claim[], header: HeaderFields, most: number): readonly Claim[] {
  if (claims.length <= most) return claims
  const authors = authorDomains(header)
  const ranked = claims.map((claim, place) => ({ claim, place, rank: rankOf(claim, authors) }))
  return ranked
    .toSorted((a, b) => a.rank - b.rank || a.place - b.place)
    .slice(0, most)
    .toSorted((a, b) => a.place - b.place)
    .map(({ claim }) => claim)
}

function rankOf({ domain, refused }: Claim, authors: readonly string[]): number {
  if (refused !== undefined) return 2
  return authors.some(author => isSameOrBelow(author, domain) || isSameOrBelow(domain, author)) ? 0 : 1
}

const isSameOrBelow = (name: string, above: string): boolean => name === above || name.endsWith(`.${above}`)

// Good enough to prefer one signature to another; who the author is, DMARC finds out.
function authorDomains(header: HeaderFields): readonly string[] {
  const from = header.all('from')[0]?.value.slice(0, 2000).toLowerCase() ?? ''
  return Array.from(from.matchAll(/@([a-z0-9.-]{1,253})/g), ([, domain = '']) => domain).slice(0, 20)
}
