/** Addresses that are written as nobody writes them who wants them to be read. */

import type { Link } from '../../../facts/links.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const obfuscated = {
  'links/userinfo': {
    group: 'form',
    fires: 'A name stands before an `@` in front of the host, so that the address seems to begin with another host.',
    points: 3,
    find: odd(['userinfo'], 'stands behind a user name'),
  },
  'links/ip': {
    group: 'form',
    fires: 'A link leads to an IP address that is not private.',
    points: 2.5,
    find: ({ clicks }) => {
      const link = clicks.find(({ ip }) => ip !== undefined && !/^(?:10|127|192\.168|169\.254)\./.test(ip))
      return link && `a link leads to the address ${quote(link.ip ?? '')}`
    },
  },
  'links/odd-ip': {
    group: 'form',
    fires: 'An IP address is written in octal, in hexadecimal, or as one number.',
    points: 4,
    find: odd(['odd-ip'], 'is an address in an unusual notation'),
  },
  'links/encoded-host': {
    group: 'form',
    fires: 'A host is written with percent-encoding or with characters that browsers map to others.',
    points: 2.5,
    find: odd(['encoded-host'], 'was written in a disguise'),
  },
  'links/split': {
    group: 'form',
    fires: 'An address has tabs or line ends inside, or backslashes for slashes.',
    points: 1.5,
    find: odd(['split'], 'was written in pieces'),
  },
  'links/port': {
    group: 'form',
    fires: 'A link leads to a port that is neither the usual one nor 8080 or 8443.',
    points: 1.5,
    find: ({ clicks }) => {
      const link = clicks.find(({ port }) => port !== undefined && ![80, 443, 8080, 8443].includes(port))
      return link && `a link leads to port ${link.port} of ${quote(link.host)}`
    },
  },
  'links/script': {
    group: 'form',
    fires: 'A link is a script or a page in itself (`javascript:`, `vbscript:`, `data:text/html`).',
    points: 4,
    find: ({ links }) => {
      const link = links.all.find(
        ({ scheme, url, from }) =>
          from !== 'src' && (/^(?:java|vb)script$/.test(scheme) || /^data:text\/(?:html|xml)/i.test(url)),
      )
      return link && `a link is ${quote(link.url, 40)}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** A rule for links that have one of these oddities. */
function odd(oddities: readonly Link['oddities'][number][], how: string) {
  return ({ clicks }: MessageView): string | undefined => {
    const link = clicks.find(link => link.oddities.some(oddity => oddities.includes(oddity)))
    return link && `the host ${quote(link.unicode ?? link.host)} ${how}`
  }
}
