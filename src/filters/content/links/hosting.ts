/** Rules for links to free hosting, shorteners, gateways and cheap TLDs. */

import type { Link } from '../../../facts/links.ts'
import { isCheapTld, isDynamic, isFreeHost, isGateway, isShortener } from '../../../links/hosting.ts'
import { isRandom } from '../../../links/random.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const hosting = {
  'links/free-host': {
    group: 'hosting',
    fires: 'A link leads to free hosting, where anybody can publish a page.',
    points: 1.2,
    find: ({ clicks, from }) => {
      const link = clicks.find(link => isFreeHost(link) && link.domain !== from?.organisation)
      return link && `a link leads to free hosting: ${quote(link.host)}`
    },
  },
  'links/only-free-host': {
    group: 'hosting',
    fires: 'Every link leads to free hosting or through a shortener.',
    points: 1,
    find: ({ clicks, from }) => {
      const away = clicks.filter(({ domain }) => domain !== from?.organisation)
      const only = away.length > 0 && away.length === clicks.length && away.every(isPublicHosting)
      return only && `every link leads to free hosting or through a shortener: ${quote(away[0]?.host ?? '')}`
    },
  },
  'links/ipfs-gateway': {
    group: 'hosting',
    fires: 'A link leads through a gateway to IPFS or a similar network, where pages cannot be taken down.',
    points: 3.5,
    find: ({ clicks }) => {
      const link = clicks.find(isGateway)
      return link && `a link leads through an IPFS gateway: ${quote(link.host)}`
    },
  },
  'links/shortener': {
    group: 'hosting',
    fires: 'A link goes through a public URL shortener.',
    points: 0.7,
    find: ({ clicks, from }) => {
      const link = clicks.find(({ host, domain }) => isShortener(host) && domain !== from?.organisation)
      return link && `a link goes through the shortener ${quote(link.host)}`
    },
  },
  'links/dynamic-dns': {
    group: 'hosting',
    fires: 'A host is under a dynamic DNS service.',
    points: 2,
    find: ({ clicks }) => {
      const link = clicks.find(({ host }) => isDynamic(host))
      return link && `the host ${quote(link.host)} is under a dynamic DNS service`
    },
  },
  'links/cheap-tld': {
    group: 'hosting',
    fires: 'A host is under a cheap TLD that is more common in abuse than in honest mail.',
    points: 1.5,
    find: ({ clicks }) => {
      const link = clicks.find(link => link.domain !== undefined && isCheapTld(link.domain) && isWritten(link))
      return link && `the host ${quote(link.host)} is under a cheap TLD that is often abused`
    },
  },
  'links/open-redirect': {
    group: 'hosting',
    fires: 'A link goes through an open redirect of a search engine, a translator or an AMP cache.',
    points: 2.5,
    find: ({ clicks, from }) => {
      const link = clicks.find(
        ({ via, domain }) =>
          via !== undefined && OPEN.test(via) && domain !== undefined && domain !== from?.organisation,
      )
      return link && `a link goes through ${quote(link.via ?? '')} to ${quote(link.host)}`
    },
  },
  'links/single-host': {
    group: 'hosting',
    fires: 'Every link of a short message leads to one host that is not the author’s; mailing lists are exempt.',
    points: 0.7,
    max: 1,
    find: ({ clicks, from, list, text }) => {
      const hosts = new Set(clicks.map(({ host }) => host))
      const [only] = clicks
      if (list || hosts.size !== 1 || !only || only.domain === from?.organisation || text.visible.length > 600)
        return undefined
      return `every link leads to ${quote(only.host)}, which is not the author’s`
    },
  },
  'links/random-host': {
    group: 'hosting',
    fires: 'The first label of an organisational domain looks random.',
    points: 1.2,
    find: ({ clicks }) => {
      const link = clicks.find(({ domain }) => domain !== undefined && isRandom(domain.split('.', 1)[0] ?? ''))
      return link && `the host name ${quote(link.host)} looks random`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const OPEN =
  /^(?:(?:www|images|maps|adservice)\.)?google\.[a-z.]{2,6}$|(?:^|\.)(?:googleadservices\.com|doubleclick\.net|bing\.com|ampproject\.org|translate\.goog|baidu\.com|duckduckgo\.com|youtube\.com|facebook\.com|search\.yahoo\.com)$/

const isPublicHosting = (link: Link): boolean => isFreeHost(link) || isShortener(link.host) || isGateway(link)

/** In plain text a file name such as `sendmail.cf` looks like a host name. */
const isWritten = ({ from, url }: Link): boolean => from !== 'text' || !/^https?:\/\/[^/]{1,253}\/?$/.test(url)
