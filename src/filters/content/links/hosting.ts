/** Rules for links to hosting that anybody can use, shorteners, gateways and cheap TLDs. */

import type { Link } from '../../../facts/links.ts'
import { hostingOf, isClickTracker, isDynamic, isGateway, isShortener } from '../../../links/hosting.ts'
import { isRandom } from '../../../links/random.ts'
import { tldAbuse } from '../../../links/tlds.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'
import { endsOf, isOfAuthor } from '../own-links.ts'

export const hosting = {
  'links/free-host': {
    group: 'hosting',
    fires: 'A link leads to hosting for applications or throw-away sites, which hardly any honest sender links to.',
    points: 1.2,
    find: seen => {
      const { disposable: link } = publicHosting(seen)
      return link && `a link leads to free hosting: ${quote(link.host)}`
    },
  },
  'links/shared-host': {
    group: 'hosting',
    fires: 'A link leads to shared hosting, where anybody can publish a page, and many honest people do.',
    points: 0.5,
    max: 1,
    find: seen => {
      const { shared: link } = seen.list ? {} : publicHosting(seen)
      return link && `a link leads to shared hosting: ${quote(link.host)}`
    },
  },
  'links/only-free-host': {
    group: 'hosting',
    fires:
      'Every link leads to hosting that anybody can use or through a shortener, and one at least is not shown as the address that it is; mailing lists are exempt.',
    points: 1,
    find: seen => {
      const ends = endsOf(seen)
      const [first] = ends
      // People paste what they share, and it is shown as it is.
      if (seen.list || !first || !publicHosting(seen).isAll || ends.every(isShown)) return undefined
      return `every link leads to free hosting or through a shortener: ${quote(first.host)}`
    },
  },
  'links/ipfs-gateway': {
    group: 'hosting',
    fires: 'A link leads through a gateway to IPFS or a similar network, where pages cannot be taken down.',
    points: 3.5,
    find: seen => {
      const { gateway: link } = publicHosting(seen)
      return link && `a link leads through an IPFS gateway: ${quote(link.host)}`
    },
  },
  'links/shortener': {
    group: 'hosting',
    fires: 'A link goes through a public URL shortener; codes to scan are exempt.',
    points: 0.7,
    find: seen => {
      const { shortener: link } = publicHosting(seen)
      return link && `a link goes through the shortener ${quote(link.host)}`
    },
  },
  'links/dynamic-dns': {
    group: 'hosting',
    fires: 'A host has its name from a dynamic DNS service.',
    points: 2,
    find: ({ clicks }) => {
      const link = clicks.find(({ host }) => isDynamic(host))
      return link && `the host ${quote(link.host)} is under a dynamic DNS service`
    },
  },
  'links/cheap-tld': {
    group: 'hosting',
    fires:
      'A host is under a cheap TLD that is more common in abuse than in honest mail. The author’s domain is judged by `impersonation/cheap-tld`.',
    points: 1.5,
    find: ({ clicks, from }) => {
      const link = clicks.find(
        link =>
          link.domain !== undefined &&
          link.domain !== from?.organisation &&
          tldAbuse(link.domain) === 'cheap' &&
          isWritten(link),
      )
      return link && `the host ${quote(link.host)} is under a cheap TLD that is often abused`
    },
  },
  'links/abused-tld': {
    group: 'hosting',
    fires: 'A host is under a TLD with much abuse and many honest senders, and the author is not under it.',
    points: 0.5,
    max: 1.5,
    find: ({ clicks, from, list }) => {
      if (list || from === undefined) return undefined
      const own = from.organisation.slice(from.organisation.lastIndexOf('.'))
      const link = clicks.find(
        link =>
          link.domain !== undefined &&
          tldAbuse(link.domain) === 'frequent' &&
          !link.domain.endsWith(own) &&
          isWritten(link),
      )
      return link && `the host ${quote(link.host)} is under a TLD with much abuse`
    },
  },
  'links/open-redirect': {
    group: 'hosting',
    fires:
      'A link goes through an open redirect of a search engine, a translator, a network or another known site, or at any site that has its target in base64 or in hexadecimal in a parameter, to another organisation that the text of the link does not show, and the redirect is not the author’s.',
    points: 2.5,
    find: ({ clicks, from, list }) => {
      const link = clicks.find(
        ({ via, viaKind, domain, host, shows }) =>
          via !== undefined &&
          (viaKind === 'open' || (viaKind === 'encoded' && !list)) &&
          domain !== undefined &&
          // A calendar of Google leads to its own documents, and to what its text shows, through Google.
          !isBelow(via, domain) &&
          shows?.host !== host &&
          domain !== from?.organisation &&
          // Google Alerts leads through Google, and a video site’s notice through the video site.
          !isBelow(via, from?.organisation),
      )
      return link && `a link goes through ${quote(link.via ?? '')} to ${quote(link.host)}`
    },
  },
  'links/single-host': {
    group: 'hosting',
    fires:
      'Every link of a short HTML message leads to one host that is not the author’s, and none shows where it leads; lists are exempt, and sending services that count clicks.',
    points: 0.7,
    max: 1,
    find: seen => {
      const { list, html, text } = seen
      // A letter that is attached has an address in its foot: that says nothing about the message.
      const clicks = endsOf(seen).filter(({ from }) => from !== 'document' && from !== 'code')
      const [only] = clicks
      if (list || html.length === 0 || !only || text.visible.length > 600) return undefined
      if (clicks.some(({ host }) => host !== only.host)) return undefined
      if (isOfAuthor(only, seen) || isClickTracker(only.host)) return undefined
      // People paste what they share, and it is shown as it is.
      if (clicks.some(({ from, shows }) => from === 'href' && shows?.host === only.host)) return undefined
      return `every link leads to ${quote(only.host)}, which is not the author’s`
    },
  },
  'links/random-host': {
    group: 'hosting',
    fires: 'The first label of an organisational domain looks random, and the domain is not the author’s.',
    points: 1.2,
    find: ({ clicks, from }) => {
      const link = clicks.find(
        ({ domain }) =>
          domain !== undefined && domain !== from?.organisation && isRandom(domain.split('.', 1)[0] ?? ''),
      )
      return link && `the host name ${quote(link.host)} looks random`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const isBelow = (host: string, domain: string | undefined): boolean =>
  domain !== undefined && (host === domain || host.endsWith(`.${domain}`))

/** The first link to each kind of hosting that is not the author’s, and whether all links are. */
interface PublicHosting {
  disposable?: Link
  shared?: Link
  shortener?: Link
  gateway?: Link
  isAll: boolean
}

/** Five rules ask for it. */
const known = new WeakMap<MessageView, PublicHosting>()

function publicHosting(seen: MessageView): PublicHosting {
  const found = known.get(seen) ?? findPublicHosting(seen)
  known.set(seen, found)
  return found
}

function findPublicHosting(seen: MessageView): PublicHosting {
  const { clicks, from } = seen
  const kindsOf = (links: readonly Link[]) =>
    links.map(link => (isGateway(link) ? 'gateway' : link.domain === from?.organisation ? undefined : kindOf(link)))
  const ends = endsOf(seen)
  const kinds = kindsOf(clicks)
  const found: PublicHosting = {
    isAll: ends.length > 0 && (ends === clicks ? kinds : kindsOf(ends)).every(kind => kind !== undefined),
  }
  for (const [at, link] of clicks.entries()) {
    const kind = kinds[at]
    // A code is smaller for a short address: posters, tickets and menus have them.
    if (kind === undefined || (kind === 'shortener' && link.from === 'code')) continue
    found[kind] ??= link
  }
  return found
}

const kindOf = (link: Link) => hostingOf(link) ?? (isShortener(link) ? 'shortener' : undefined)

const isShown = ({ from, shows, host }: Link): boolean => from === 'text' || shows?.host === host

/** In plain text a file name such as `sendmail.cf` looks like a host name. */
const isWritten = ({ from, url }: Link): boolean => from !== 'text' || !/^https?:\/\/[^/]{1,253}\/?$/.test(url)
