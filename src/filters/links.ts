/** Objects to links that lie about where they lead, and to places where honest senders have no pages. */
import type { Filter } from '../core/filter.ts'
import { organisationalDomain } from '../dns/organisation.ts'
import type { Link } from '../facts/links.ts'
import { brandsIn, isAltered, isOwnedBy, looksLikeBrand } from '../links/brands.ts'
import { cheapEnding, isDynamic, isFreeHost, isGateway, isShortener } from '../links/hosting.ts'
import { quote } from './content/quote.ts'
import { type RuleOptions, type RuleSet, ruleFilter } from './content/rule.ts'
import { type Sight, sight } from './content/sight.ts'

export interface LinksOptions extends RuleOptions<LinksRule> {
  /** Domains of yours, or of those your users deal with: hosts that look like them are a finding. @default [] */
  readonly protect?: readonly string[]
}

export type LinksRule = keyof ReturnType<typeof linkRules>['rules']

/**
 * Nothing is asked and nothing is fetched.
 *
 * @example
 * links({ protect: ['example.org'], points: { 'links/shortener': 2, 'links/port': 'off' } })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export const links = ({ protect = [], ...options }: LinksOptions = {}): Filter =>
  ruleFilter(linkRules(protect), options)

/** @internal */
export const linkRules = (domains: readonly string[] = []) => {
  const protect = domains.map(name => organisationalDomain(name) ?? name.toLowerCase())
  return {
    name: 'links',
    about: 'Where the message leads, against what it shows.',
    caps: { lie: 7, place: 4.5, form: 4, aim: 4 },
    see: message => message.ask(sight),
    rules: {
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
      'links/feigned-brand': {
        group: 'lie',
        fires:
          'The text of a link is an address of a well-known company, the link leads elsewhere, and the author is not that company.',
        points: 3,
        find: seen => {
          const link = seen.clicks.find(link => isMismatch(seen, link) && isFeigned(link))
          return link && `a link shows an address of ${quote(link.shows?.host ?? '')} and leads to ${quote(link.host)}`
        },
      },
      'links/look-alike': {
        group: 'lie',
        fires: 'A host bears the name of a well-known company, or nearly, and does not belong to it.',
        points: 3,
        find: ({ clicks, from }) => {
          for (const { host } of distinct(clicks)) {
            const found = looksLikeBrand(host)
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
        fires: 'A host mixes scripts inside a label, or its letters look like ASCII and are not (UTS 39).',
        points: 3,
        find: odd(['mixed-script', 'confusable'], 'is written in letters that look like others'),
      },
      'links/userinfo': {
        group: 'form',
        fires:
          'A name stands before an `@` in front of the host, so that the address seems to begin with another host.',
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
          const only = away.length > 0 && away.length === clicks.length && away.every(isAnybodys)
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
      'links/cheap-ending': {
        group: 'place',
        fires: 'A host is under an ending that costs next to nothing and is seen in abuse far more than in mail.',
        points: 1.5,
        find: ({ clicks }) => {
          const link = clicks.find(link => link.domain !== undefined && cheapEnding(link.domain) && isWritten(link))
          return link && `the host ${quote(link.host)} is under an ending that is cheap and much abused`
        },
      },
      'links/redirected': {
        group: 'place',
        fires:
          'A link goes through an open redirector of a search engine, a translator or an AMP cache to somebody else.',
        points: 2.5,
        find: ({ clicks, from }) => {
          const link = clicks.find(
            ({ via, domain }) =>
              via !== undefined && OPEN.test(via) && domain !== undefined && domain !== from?.organisation,
          )
          return link && `a link goes through ${quote(link.via ?? '')} to ${quote(link.host)}`
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
      'links/recipient-inside': {
        group: 'aim',
        fires: 'The fragment or the last part of the path of a link is the recipient’s address, plain or in base64.',
        points: 3,
        find: ({ clicks, message, to, from }) => {
          const own = [...message.forwardPaths, ...to.map(({ local, domain }) => `${local}@${domain}`)]
            .map(path => path.toLowerCase())
            .filter(path => path.includes('@'))
            .slice(0, 20)
          const link = clicks.find(link => link.domain !== from?.organisation && carries(link.url, own))
          return link && `a link to ${quote(link.host)} carries the recipient’s address`
        },
      },
      'links/program': {
        group: 'aim',
        fires: 'A link leads to a program, a script, a disk image or a shortcut.',
        points: 2.5,
        find: ({ clicks, from }) => {
          const link = clicks.find(
            ({ url, domain }) => domain !== from?.organisation && PROGRAM.test(url.split(/[?#]/, 1)[0] ?? ''),
          )
          return link && `a link leads to a file that runs: ${quote(link.url)}`
        },
      },
      'links/log-in': {
        group: 'aim',
        fires: 'The address of a link speaks of logging in, an account or a wallet, and is not the author’s.',
        points: 0.5,
        find: ({ clicks, from, list }) => {
          const link = clicks.find(
            ({ url, domain }) =>
              domain !== from?.organisation && LOG_IN.test((url.split(/[?#]/, 1)[0] ?? '').slice(8, 400).toLowerCase()),
          )
          return !list && link && `the address of a link speaks of logging in: ${quote(link.url)}`
        },
      },
    },
  } satisfies RuleSet<Sight>
}

const OPEN =
  /^(?:(?:www|images|maps|adservice)\.)?google\.[a-z.]{2,6}$|(?:^|\.)(?:googleadservices\.com|doubleclick\.net|bing\.com|ampproject\.org|translate\.goog|baidu\.com|duckduckgo\.com|youtube\.com|facebook\.com|search\.yahoo\.com)$/
const PROGRAM =
  /\/[^/]{1,200}\.(?:exe|scr|pif|bat|cmd|msi|msix|appx|js|jse|vbs|vbe|wsf|hta|lnk|iso|img|vhd|vhdx|jar|ps1|xll|apk|cab)$/i
const LOG_IN =
  /(?:log-?in|sign-?in|verif(?:y|ication|icar)|validat|credential|webmail|wallet|account-?(?:update|verify|secure)|secure-?(?:account|login)|owa\/|office365|onedrive|sharepoint)/

/** What a reader sees is an address of somebody else. Newsletters show addresses and count the clicks on their way there. */
function isMismatch({ from, clicks, list }: Sight, { shows, domain, ip, via }: Link): boolean {
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

function isFeigned({ shows, domain }: Link): boolean {
  const shown = shows?.domain ?? ''
  return brandsIn(shown.split('.', 1)[0] ?? '').some(
    brand => !SOCIAL.has(brand.name) && isOwnedBy(brand, shown) && !isOwnedBy(brand, domain ?? ''),
  )
}

const odd =
  (oddities: readonly Link['oddities'][number][], how: string) =>
  ({ clicks }: Sight): string | undefined => {
    const link = clicks.find(link => link.oddities.some(oddity => oddities.includes(oddity)))
    return link && `the host ${quote(link.unicode ?? link.host)} ${how}`
  }

const isAnybodys = (link: Link): boolean => isFreeHost(link) || isShortener(link.host) || isGateway(link)

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

/** In plain text a file name such as `sendmail.cf` reads like a host. */
const isWritten = ({ from, url }: Link): boolean => from !== 'text' || !/^https?:\/\/[^/]{1,253}\/?$/.test(url)

/** Pairs of letters that make up most of the names that people choose. */
const PAIRS: ReadonlySet<string> = new Set(
  (
    'ab ac ad ag ai ak al am an ap ar as at av ay ba be bi bl bo br bu ca ce ch ci ck cl co cr ct cu da de di do dr ea ec ed ee ef eg el ' +
    'em en ep er es et ev ew ex ey fa fe fi fl fo fr ga ge gh gi gl go gr ha he hi ho hu ic id ie if ig ik il im in io ip ir is it iv ' +
    'jo ju ka ke ki la ld le li ll lo ls lt lu ly ma me mi mo ms mu na nc nd ne ng ni nk no ns nt ob oc od of og ok ol om on oo op or os ot ' +
    'ou ov ow pa pe ph pi pl po pr ps pu qu ra rc rd re ri rk rm rn ro rs rt ru ry sa sc se sh si sk sl sm so sp ss st su sw sy ta te th ' +
    'ti to tr ts tt tu tw ty ub ud ue ug ui ul um un up ur us ut va ve vi vo wa we wh wi wo xt ye yo za ze zo'
  ).split(' '),
)

/** Letters and digits in turns, or pairs of letters that hardly ever stand together, in a name of some length. */
export function isRandom(label: string): boolean {
  if (label.length < 7 || label.startsWith('xn--')) return false
  const turns = label.match(/[a-z]\d|\d[a-z]/g)?.length ?? 0
  if (turns >= 4) return true
  const letters = label.replace(/[^a-z]/g, '').slice(0, 63)
  let usual = 0
  for (let at = 0; at + 1 < letters.length; at += 1) if (PAIRS.has(letters.slice(at, at + 2))) usual += 1
  return letters.length >= 8 && usual < (letters.length - 1) * 0.4
}

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
