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
