/** Which links are the author's. */

import type { Link } from '../../facts/links.ts'
import { isFreeMail } from '../../links/hosting.ts'
import type { Brands } from '../rules/brand-names.ts'
import type { MessageView, Sender } from '../rules/view.ts'

/**
 * Whether a link leads to the author's organisation, or to another domain of the brand that the author belongs to:
 * Facebook writes from `facebookmail.com` and links to `facebook.com`.
 */
export const isOfAuthor = (
  { domain }: Pick<Link, 'domain'>,
  { from, brands }: Pick<MessageView, 'from' | 'brands'>,
): boolean =>
  from !== undefined &&
  domain !== undefined &&
  (domain === from.organisation || (mayBeBrand(from, brands) && brands.haveSameOwner(domain, from.organisation)))

/** Whether any of the links is the author's. Each domain is looked up once: a page may have thousands of links. */
export function leadsToAuthor({ clicks, from, brands }: Pick<MessageView, 'clicks' | 'from' | 'brands'>): boolean {
  if (from === undefined) return false
  if (clicks.some(({ domain }) => domain === from.organisation)) return true
  if (!mayBeBrand(from, brands)) return false
  const domains = new Set(clicks.flatMap(({ domain }) => domain ?? []))
  return [...domains].some(domain => brands.haveSameOwner(domain, from.organisation))
}

/** Most authors belong to no brand, and no link is compared with theirs. */
const mayBeBrand = ({ domain, organisation }: Sender, brands: Brands): boolean =>
  !isFreeMail(domain) && brands.mayBeOwned(organisation)

/**
 * The links without those that only lead to the next one: what rules for every link of a message count. The author's
 * own redirectors stay, in place of their targets.
 */
export function endsOf(seen: Pick<MessageView, 'clicks' | 'from' | 'brands'>): readonly Link[] {
  const { clicks } = seen
  if (clicks.every(({ redirects }) => redirects === undefined)) return clicks
  const own = new Set<string>()
  return clicks.filter(link => {
    const isBehindOwn = link.via !== undefined && own.has(link.via)
    const isKept = !isBehindOwn && (link.redirects === undefined || isOfAuthor(link, seen))
    // A target follows its redirector in the list.
    if (link.redirects !== undefined && (isBehindOwn || isKept)) own.add(link.host)
    return isKept
  })
}
