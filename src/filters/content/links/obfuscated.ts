/** Rules for obfuscated URLs. */

import { isRented } from '../../../facts/generic-name.ts'
import type { Link } from '../../../facts/links.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const obfuscated = {
  'links/userinfo': {
    group: 'obfuscated',
    fires: 'A URL has a user name before the host, so that it seems to begin with another host.',
    points: 3,
    find: odd(['userinfo'], 'comes after a user name in the URL'),
  },
  'links/ip': {
    group: 'obfuscated',
    fires:
      'A link leads to an IP address that is not private. A URL with a port in plain text is exempt, as monitoring and new servers write it.',
    points: 2.5,
    find: ({ clicks }) => {
      const link = clicks.find(
        ({ ip, port, from }) =>
          ip !== undefined && !/^(?:10|127|192\.168|169\.254)\./.test(ip) && !(from === 'text' && port !== undefined),
      )
      return link && `a link leads to the address ${quote(link.ip ?? '')}`
    },
  },
  'links/rented-host': {
    group: 'obfuscated',
    fires: 'A link leads to a rented machine by the name that its hosting company gives to all; lists are exempt.',
    points: 1,
    max: 2.5,
    find: ({ clicks, list, from }) => {
      if (list) return undefined
      const link = clicks.find(({ host, domain }) => domain !== from?.organisation && isRented(host))
      return link && `a link leads to the rented machine ${quote(link.host)}`
    },
  },
  'links/obfuscated-ip': {
    group: 'obfuscated',
    fires: 'A URL has an IP address in octal, in hexadecimal, or as one number.',
    points: 4,
    find: odd(['obfuscated-ip'], 'is an address in an unusual notation'),
  },
  'links/encoded-host': {
    group: 'obfuscated',
    fires: 'A host name has percent-encoding, or characters that browsers map to others.',
    points: 2.5,
    find: odd(['encoded-host'], 'is encoded in the URL'),
  },
  'links/needless-encoding': {
    group: 'obfuscated',
    fires: 'A URL has at least four letters or digits in percent-encoding, which changes nothing but what filters see.',
    points: 1,
    max: 3,
    find: ({ clicks }) => {
      const link = clicks.find(({ url }) => url.includes('%') && (url.match(NEEDLESS)?.length ?? 0) >= 4)
      return link && `letters of the URL are percent-encoded without need: ${quote(link.url)}`
    },
  },
  'links/malformed-url': {
    group: 'obfuscated',
    fires: 'A URL has tabs or line ends inside, or backslashes in place of slashes.',
    points: 1.5,
    find: odd(['malformed'], 'is in a URL with tabs, line ends or backslashes'),
  },
  'links/port': {
    group: 'obfuscated',
    fires: 'A link leads to another port than 80, 443, 8080 or 8443.',
    points: 1.5,
    find: ({ clicks }) => {
      const link = clicks.find(({ port }) => port !== undefined && ![80, 443, 8080, 8443].includes(port))
      return link && `a link leads to port ${link.port} of ${quote(link.host)}`
    },
  },
  'links/script': {
    group: 'obfuscated',
    fires: 'A link contains a script, a page or a program (`javascript:`, `vbscript:`, `data:text/html`, `blob:`).',
    points: 4,
    find: ({ links }) => {
      const link = links.all.find(
        ({ scheme, url, from }) =>
          !EMBEDDED.has(from) && (SCRIPT.test(scheme) || (scheme === 'data' && ACTIVE_DATA.test(url))),
      )
      return link && `a link contains a script, a page or a program: ${quote(link.url, 40)}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const EMBEDDED: ReadonlySet<string> = new Set(['src', 'srcset', 'style', 'background', 'text'])
const SCRIPT = /^(?:(?:java|vb|live)script|blob)$/
/** Pages, pictures with scripts, scripts, programs and archives. */
const ACTIVE_DATA =
  /^data:(?:[^,]{0,200}(?:html|xml|svg|script|octet-stream|x-msdownload|zip|compressed)|[^/,]{0,200},\s*<)/i

/** Letters and digits of ASCII. */
const NEEDLESS = /%(?:3\d|4[1-9a-f]|5[\da]|6[1-9a-f]|7[\da])/gi

/** Finds a link with one of these anomalies. */
function odd(anomalies: readonly Link['anomalies'][number][], how: string) {
  return ({ clicks }: MessageView): string | undefined => {
    const link = clicks.find(link => link.anomalies.some(anomaly => anomalies.includes(anomaly)))
    return link && `the host ${quote(link.unicode ?? link.host)} ${how}`
  }
}
