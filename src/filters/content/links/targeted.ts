/** Rules for links that are made for one recipient, lead to a login, or download a program. */

import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const targeted = {
  'links/recipient-in-url': {
    group: 'targeted',
    fires: 'The fragment or the last path segment of a URL is the recipient’s address, plain or in base64.',
    points: 3,
    find: ({ clicks, message, to, from }) => {
      const own = [...message.forwardPaths, ...to.map(({ local, domain }) => `${local}@${domain}`)]
        .map(path => path.toLowerCase())
        .filter(path => path.includes('@'))
        .slice(0, 20)
      const link = clicks.find(link => link.domain !== from?.organisation && carries(link.url, own))
      return link && `a link to ${quote(link.host)} contains the recipient’s address`
    },
  },
  'links/program': {
    group: 'targeted',
    fires: 'A link leads to a program, a script, a disk image or a shortcut.',
    points: 2.5,
    find: ({ clicks, from }) => {
      const link = clicks.find(
        ({ url, domain }) => domain !== from?.organisation && PROGRAM.test(url.split(/[?#]/, 1)[0] ?? ''),
      )
      return link && `a link leads to a program: ${quote(link.url)}`
    },
  },
  'links/login-url': {
    group: 'targeted',
    fires: 'A URL that is not the author’s has words of a login, an account or a wallet.',
    points: 0.5,
    find: ({ clicks, from, list }) => {
      const link = clicks.find(
        ({ url, domain }) =>
          domain !== from?.organisation && LOG_IN.test((url.split(/[?#]/, 1)[0] ?? '').slice(8, 400).toLowerCase()),
      )
      return !list && link && `a URL has words of a login: ${quote(link.url)}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const PROGRAM =
  /\/[^/]{1,200}\.(?:exe|scr|pif|bat|cmd|msi|msix|appx|js|jse|vbs|vbe|wsf|hta|lnk|iso|img|vhd|vhdx|jar|ps1|xll|apk|cab)$/i
const LOG_IN =
  /(?:log-?in|sign-?in|verif(?:y|ication|icar)|validat|credential|webmail|wallet|account-?(?:update|verify|secure)|secure-?(?:account|login)|owa\/|office365|onedrive|sharepoint)/

function carries(url: string, addresses: readonly string[]): boolean {
  const hash = url.indexOf('#')
  const path = (hash < 0 ? url : url.slice(0, hash)).split('?', 1)[0] ?? ''
  const ends = [hash < 0 ? '' : url.slice(hash + 1), path.slice(path.lastIndexOf('/') + 1)]
  return ends.some(end => {
    if (end.length < 5 || end.length > 400) return false
    const text = unescaped(end.replace(/^[/=*#]{1,4}/, '')).toLowerCase()
    const decoded = Buffer.from(end.replace(/^[^A-Za-z0-9]{1,4}/, ''), 'base64')
      .toString('latin1')
      .toLowerCase()
    return addresses.some(address => text.includes(address) || decoded.includes(address))
  })
}

const unescaped = (text: string): string => text.replace(/%40/g, '@')
