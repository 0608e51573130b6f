/** Rules for deceptive links: the text shows another target, or the host name resembles another. */

import type { Link } from '../../../facts/links.ts'
import type { Brands } from '../../rules/brand-names.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

/** @param protect organisational domains that other host names must not resemble */
export const deceptive = (protect: readonly string[]) =>
  ({
    ...byTarget,
    'links/look-alike-protected': {
      group: 'deceptive',
      fires:
        'A host name resembles a protected domain: a letter is changed or replaced by a look-alike, or the domain is part of a longer name.',
      points: 5,
      find: ({ clicks, brands }) => {
        for (const { host, domain, skeleton } of distinct(clicks)) {
          const like = protect.find(own => resembles(brands, skeleton ?? host, domain, own))
          if (like) return `the host ${quote(host)} resembles the protected domain ${like}`
        }
        return undefined
      },
    },
    ...byLetters,
  }) satisfies Readonly<Record<string, Rule<MessageView>>>

/** The target compared with the text and with well-known brands. */
const byTarget = {
  'links/mismatch': {
    group: 'deceptive',
    fires:
      'The text of a link shows an address of another domain than its target, and neither domain is the author’s or a tracker’s.',
    points: 2,
    find: seen => {
      const link = seen.clicks.find(link => isMismatch(seen, link))
      return link && `a link shows ${quote(link.shown, 60)} and leads to ${quote(link.host)}`
    },
  },
  'links/spoofed-brand': {
    group: 'deceptive',
    fires: 'The text of a link shows an address of a well-known brand, and the link leads elsewhere.',
    points: 3,
    find: seen => {
      const link = seen.clicks.find(link => isMismatch(seen, link) && isSpoofed(seen.brands, link))
      return link && `a link shows an address of ${quote(link.shows?.host ?? '')} and leads to ${quote(link.host)}`
    },
  },
  'links/look-alike': {
    group: 'deceptive',
    fires: 'A host name contains the name of a well-known brand, or resembles it, and does not belong to that brand.',
    points: 3,
    find: ({ clicks, from, brands }) => {
      for (const { host, skeleton } of distinct(clicks)) {
        const found = brands.looksLikeBrand(host, skeleton)
        if (found && !(from && brands.isOwnedBy(found.brand, from.organisation)))
          return `the host ${quote(host)} ${found.how}`
      }
      return undefined
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const byLetters = {
  'links/confusable': {
    group: 'deceptive',
    fires:
      'A label of a host name mixes scripts, or its letters are of another script and look like Latin letters (UTS 39).',
    points: 3,
    find: ({ clicks }) => {
      // Latin letters with diacritics are correct spelling: `bücher`.
      const link = clicks.find(
        ({ anomalies, unicode = '' }) =>
          anomalies.includes('mixed-script') || (anomalies.includes('confusable') && !LATIN.test(unicode)),
      )
      return link && `the host ${quote(link.unicode ?? link.host)} has letters that look like other letters`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** Latin letters with or without diacritics, digits, dots and hyphens. */
const LATIN = /^[\p{Script=Latin}\p{M}0-9.-]*$/u

/**
 * The visible text is an address of another domain. Newsletters show addresses and count clicks: their trackers are
 * exempt.
 */
function isMismatch({ from, clicks, list }: MessageView, { shows, domain, ip, via }: Link): boolean {
  if (shows?.domain === undefined || via !== undefined) return false
  const target = domain ?? ip
  if (target === undefined || shows.domain === target || shows.domain === from?.organisation) return false
  if (target === from?.organisation) return false
  // Another link leads to the domain that is shown, by a redirect.
  const counts = domainsOf(clicks)
  if (counts.redirected.has(shows.domain)) return false
  const tracked = (counts.links.get(target) ?? 0) - (counts.shown.get(`${target} ${shows.domain}`) ?? 0)
  return !(list && tracked > 0) && tracked < 3
}

interface ClickDomains {
  /** Domains to which links lead by a redirect. */
  readonly redirected: ReadonlySet<string>
  /** Links to each domain, and those of them whose text shows an address, by both domains. */
  readonly links: ReadonlyMap<string, number>
  readonly shown: ReadonlyMap<string, number>
}

/** Counted once for all links: a search for each would be quadratic. */
const counted = new WeakMap<readonly Link[], ClickDomains>()

function domainsOf(clicks: readonly Link[]): ClickDomains {
  const known = counted.get(clicks)
  if (known !== undefined) return known
  const redirected = new Set<string>()
  const [links, shown] = [new Map<string, number>(), new Map<string, number>()]
  for (const { domain, via, shows } of clicks) {
    if (domain === undefined) continue
    if (via !== undefined) redirected.add(domain)
    links.set(domain, (links.get(domain) ?? 0) + 1)
    const pair = `${domain} ${shows?.domain}`
    if (shows?.domain !== undefined) shown.set(pair, (shown.get(pair) ?? 0) + 1)
  }
  const found = { redirected, links, shown }
  counted.set(clicks, found)
  return found
}

const SOCIAL = new Set(['Facebook', 'LinkedIn', 'TikTok', 'Telegram', 'Google', 'Booking.com'])

function isSpoofed({ brandsIn, isOwnedBy, mayBeOwned }: Brands, { shows, domain }: Link): boolean {
  const shown = shows?.domain ?? ''
  if (!mayBeOwned(shown)) return false
  return brandsIn(shown.split('.', 1)[0] ?? '').some(
    brand => !SOCIAL.has(brand.name) && isOwnedBy(brand, shown) && !isOwnedBy(brand, domain ?? ''),
  )
}

/** One link for each host; at most 50, which bounds the comparison. */
const distinct = (links: readonly Link[]): readonly Link[] =>
  [...new Map(links.map(link => [link.host, link] as const)).values()].slice(0, 50)

function resembles({ isAltered }: Brands, host: string, domain: string | undefined, own: string): boolean {
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
