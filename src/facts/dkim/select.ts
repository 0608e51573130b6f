/** Chooses which signatures are verified when a message has more than the limit. */
import type { HeaderFields } from '../../model/header.ts'
import type { Claim } from './signature.ts'

/**
 * Prefers signatures of the domain of From, because only they count for DMARC, then others that can be verified, then
 * those that cannot; among equals those at the top of the header section, where the last signer has put its own.
 *
 * @returns at most `max` of them, in the order of `claims`
 */
export function mostUseful(claims: readonly Claim[], header: HeaderFields, max: number): readonly Claim[] {
  if (claims.length <= max) return claims
  const authors = authorDomains(header)
  const ranked = claims.map((claim, index) => ({ claim, index, rank: rankOf(claim, authors) }))
  return ranked
    .toSorted((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, max)
    .toSorted((a, b) => a.index - b.index)
    .map(({ claim }) => claim)
}

function rankOf({ domain, refused }: Claim, authors: readonly string[]): number {
  if (refused !== undefined) return 2
  return authors.some(author => isSameOrBelow(author, domain) || isSameOrBelow(domain, author)) ? 0 : 1
}

const isSameOrBelow = (name: string, above: string): boolean => name === above || name.endsWith(`.${above}`)

// Good enough to prefer one signature to another; DMARC parses From strictly.
function authorDomains(header: HeaderFields): readonly string[] {
  const from = header.all('from')[0]?.value.slice(0, 2000).toLowerCase() ?? ''
  return Array.from(from.matchAll(/@([a-z0-9.-]{1,253})/g), ([, domain = '']) => domain).slice(0, 20)
}
