/** Which links are the author's. */

import type { Link } from '../../facts/links.ts'
import { haveSameOwner } from '../../links/brands.ts'
import { isFreeMail } from '../../links/hosting.ts'
import type { Sender } from '../rules/view.ts'

/**
 * Whether a link leads to the author's organisation, or to another domain of the brand that the author belongs to:
 * Facebook writes from `facebookmail.com` and links to `facebook.com`.
 */
export const isOfAuthor = ({ domain }: Pick<Link, 'domain'>, from: Sender | undefined): boolean =>
  from !== undefined &&
  domain !== undefined &&
  (domain === from.organisation || (!isFreeMail(from.domain) && haveSameOwner(domain, from.organisation)))

/** Whether any of the links is the author's. Each domain is looked up once: a page may have thousands of links. */
export function leadsToAuthor(links: readonly Pick<Link, 'domain'>[], from: Sender | undefined): boolean {
  const domains = new Set(links.flatMap(({ domain }) => domain ?? []))
  return [...domains].some(domain => isOfAuthor({ domain }, from))
}
