/** Links that lie: about where they lead, or by the name of the host. */

import type { Link } from '../../../facts/links.ts'
import { brandsIn, isOwnedBy } from '../../../links/brands.ts'
import { isAltered, looksLikeBrand } from '../../../links/look-alike.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

/** @param protect organisational domains that nobody else's host may look like. */
export const deceptive = (protect: readonly string[]) =>
  ({
    'links/mismatch': {
      group: 'lie',
      fires:
        'The text of a link is an address of another domain than the one it leads to, and neither the author’s nor a tracker’s.',
      points: 2,
      find: seen => {
        const link = seen.clicks.find(link => isMismatch(seen, link))
        return link && `a link shows ${quote(link.shown, 60)} and leads to ${quote(link.host)}`
      },
    },
    'links/spoofed-brand': {
      group: 'lie',
      fires:
        'The text of a link is an address of a well-known company, the link leads elsewhere, and the author is not that company.',
      points: 3,
      find: seen => {
        const link = seen.clicks.find(link => isMismatch(seen, link) && isSpoofed(link))
        return link && `a link shows an address of ${quote(link.shows?.host ?? '')} and leads to ${quote(link.host)}`
      },
    },
    'links/look-alike': {
      group: 'lie',
      fires: 'A host bears the name of a well-known company, or nearly, and does not belong to it.',
      points: 3,
      find: ({ clicks, from }) => {
        for (const { host, skeleton } of distinct(clicks)) {
          const found = looksLikeBrand(host, skeleton)
          if (found && !(from && isOwnedBy(found.brand, from.organisation)))
            return `the host ${quote(host)} ${found.how}`
        }
        return undefined
      },
    },
    'links/look-alike-protected': {
      group: 'lie',
      fires:
        'A host looks like a protected domain: with a letter changed, in other letters, or as a part of another name.',
      points: 5,
      find: ({ clicks }) => {
        for (const { host, domain, skeleton } of distinct(clicks)) {
          const like = protect.find(own => resembles(skeleton ?? host, domain, own))
          if (like) return `the host ${quote(host)} looks like the protected domain ${like}`
        }
        return undefined
      },
    },
    'links/confusable': {
      group: 'lie',
      fires:
        'A host mixes scripts inside a label, or all of its letters are of another script and look like Latin ones (UTS 39).',
      points: 3,
      find: ({ clicks }) => {
        // Latin letters with marks are good spelling: `bücher`.
        const link = clicks.find(
          ({ oddities, unicode = '' }) =>
            oddities.includes('mixed-script') || (oddities.includes('confusable') && !LATIN.test(unicode)),
        )
        return link && `the host ${quote(link.unicode ?? link.host)} is written in letters that look like others`
      },
    },
  }) satisfies Readonly<Record<string, Rule<MessageView>>>

/** Latin letters, marks and all, with digits, dots and hyphens. */
const LATIN = /^[\p{Script=Latin}\p{M}0-9.-]*$/u

/** What a reader sees is an address of somebody else. Newsletters show addresses and count the clicks on their way there. */
function isMismatch({ from, clicks, list }: MessageView, { shows, domain, ip, via }: Link): boolean {
  if (shows?.domain === undefined || via !== undefined) return false
  const target = domain ?? ip
  if (target === undefined || shows.domain === target || shows.domain === from?.organisation) return false
  if (target === from?.organisation) return false
  // The way shown is reached in the end.
  if (clicks.some(({ via, domain }) => via !== undefined && domain === shows.domain)) return false
  const tracked = clicks.filter(link => link.domain === target && link.shows?.domain !== shows.domain)
  return !(list && tracked.length > 0) && tracked.length < 3
}

const SOCIAL = new Set(['Facebook', 'LinkedIn', 'TikTok', 'Telegram', 'Google', 'Booking.com'])

function isSpoofed({ shows, domain }: Link): boolean {
  const shown = shows?.domain ?? ''
  return brandsIn(shown.split('.', 1)[0] ?? '').some(
    brand => !SOCIAL.has(brand.name) && isOwnedBy(brand, shown) && !isOwnedBy(brand, domain ?? ''),
  )
}

/** Each host once, and not more than can be compared quickly. */
const distinct = (links: readonly Link[]): readonly Link[] =>
  [...new Map(links.map(link => [link.host, link] as const)).values()].slice(0, 50)

function resembles(host: string, domain: string | undefined, own: string): boolean {
  if (domain === own) return false
  const [label = ''] = own.split('.', 1)
  const labels = host.split('.')
  return (
    host === own ||
    host.includes(`${own}.`) ||
    labels.some(part => isAltered(part, label)) ||
    (label.length >= 6 && labels.slice(0, -1).some(part => part !== label && part.split('-').includes(label)))
  )
}
