/** Links to places where anybody may have a page, and where no honest sender has his. */

import type { Link } from '../../../facts/links.ts'
import { cheapTld, isDynamic, isFreeHost, isGateway, isShortener } from '../../../links/hosting.ts'
import { isRandom } from '../../../links/random.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const hosting = {
  'links/free-host': {
    group: 'place',
    fires: 'A link leads to a page that anybody may put up on somebody else’s host.',
    points: 1.2,
    find: ({ clicks, from }) => {
      const link = clicks.find(link => isFreeHost(link) && link.domain !== from?.organisation)
      return link && `a link leads to free hosting: ${quote(link.host)}`
    },
  },
  'links/only-free-host': {
    group: 'place',
    fires: 'Every link leads to free hosting or through a shortener: the sender has no page of its own.',
    points: 1,
    find: ({ clicks, from }) => {
      const away = clicks.filter(({ domain }) => domain !== from?.organisation)
      const only = away.length > 0 && away.length === clicks.length && away.every(isPublicHosting)
      return only && `every link leads to where anybody may have a page: ${quote(away[0]?.host ?? '')}`
    },
  },
  'links/gateway': {
    group: 'place',
    fires: 'A link leads through a gateway to IPFS or its like, where nothing can be taken down.',
    points: 3.5,
    find: ({ clicks }) => {
      const link = clicks.find(isGateway)
      return link && `a link leads through an IPFS gateway: ${quote(link.host)}`
    },
  },
  'links/shortener': {
    group: 'place',
    fires: 'A link goes through a public shortener.',
    points: 0.7,
    find: ({ clicks, from }) => {
      const link = clicks.find(({ host, domain }) => isShortener(host) && domain !== from?.organisation)
      return link && `a link goes through the shortener ${quote(link.host)}`
    },
  },
  'links/dynamic': {
    group: 'place',
    fires: 'A host has a dynamic name, such as private lines and thrown-away servers have.',
    points: 2,
    find: ({ clicks }) => {
      const link = clicks.find(({ host }) => isDynamic(host))
      return link && `the host ${quote(link.host)} has a dynamic name`
    },
  },
  'links/cheap-tld': {
    group: 'place',
    fires: 'A host is under an ending that costs next to nothing and is seen in abuse far more than in mail.',
    points: 1.5,
    find: ({ clicks }) => {
      const link = clicks.find(link => link.domain !== undefined && cheapTld(link.domain) && isWritten(link))
      return link && `the host ${quote(link.host)} is under an ending that is cheap and much abused`
    },
  },
  'links/redirected': {
    group: 'place',
    fires: 'A link goes through an open redirector of a search engine, a translator or an AMP cache to somebody else.',
    points: 2.5,
    find: ({ clicks, from }) => {
      const link = clicks.find(
        ({ via, domain }) =>
          via !== undefined && OPEN.test(via) && domain !== undefined && domain !== from?.organisation,
      )
      return link && `a link goes through ${quote(link.via ?? '')} to ${quote(link.host)}`
    },
  },
  'links/one-way': {
    group: 'place',
    fires:
      'Every link leads to one host, which is not the author’s, in a message of few words that comes from no list.',
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
    group: 'place',
    fires: 'The first label of the organisational domain is a string of letters that nobody could pronounce.',
    points: 1.2,
    find: ({ clicks }) => {
      const link = clicks.find(({ domain }) => domain !== undefined && isRandom(domain.split('.', 1)[0] ?? ''))
      return link && `the host ${quote(link.host)} is a name that nobody could pronounce`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const OPEN =
  /^(?:(?:www|images|maps|adservice)\.)?google\.[a-z.]{2,6}$|(?:^|\.)(?:googleadservices\.com|doubleclick\.net|bing\.com|ampproject\.org|translate\.goog|baidu\.com|duckduckgo\.com|youtube\.com|facebook\.com|search\.yahoo\.com)$/

const isPublicHosting = (link: Link): boolean => isFreeHost(link) || isShortener(link.host) || isGateway(link)

/** In plain text a file name such as `sendmail.cf` reads like a host. */
const isWritten = ({ from, url }: Link): boolean => from !== 'text' || !/^https?:\/\/[^/]{1,253}\/?$/.test(url)
