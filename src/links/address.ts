/** One address as a browser reads it (WHATWG URL), and what is odd about how it is written. */
import { domainToUnicode } from 'node:url'
import { organisationalDomain } from '../dns/organisation.ts'
import { canonical } from '../net/address.ts'
import { mixesScripts, skeleton } from './confusables.ts'

/** What is odd about an address. */
export type LinkOddity =
  /** An IP address in place of a name. */
  | 'ip'
  /** The address is written in octal, hexadecimal, as one number, or otherwise than with four decimals. */
  | 'odd-ip'
  /** A name or password before the `@`. */
  | 'userinfo'
  /** A port that is not the scheme's own. */
  | 'port'
  /** The host has labels in punycode, or characters that become such. */
  | 'punycode'
  /** One label of the host mixes scripts that are not written together (UTS 39 §5). */
  | 'mixed-script'
  /** The host looks like a host of plain letters: see `skeleton`. */
  | 'confusable'
  /** Tabs or line ends inside it, or backslashes for slashes: browsers drop the ones and turn the others. */
  | 'split'
  /** The host has percent-encoding, fullwidth characters or other dots, which browsers map away. */
  | 'encoded-host'
  /** `hxxp`, `[.]` and their like: not an address until the reader mends it. */
  | 'defanged'

export interface Address {
  /** As a browser would ask for it, cut to 4096 characters. */
  readonly url: string
  /** `https`, `mailto`, `javascript` … */
  readonly scheme: string
  /** In lower case and A-labels, without a dot at its end; '' where the scheme has none. */
  readonly host: string
  /** The organisational domain of the host; absent for addresses and public suffixes. */
  readonly domain?: string
  /** Where it is not the scheme's own. */
  readonly port?: number
  /** The host in canonical form, when it is an IP address. */
  readonly ip?: string
  /** The host as it is shown, when it has other than ASCII. */
  readonly unicode?: string
  /** The ASCII host that it looks like; absent where it looks like none but itself. */
  readonly skeleton?: string
  readonly oddities: readonly LinkOddity[]
}

const MAX_LENGTH = 4096
const WEB: ReadonlySet<string> = new Set(['http', 'https', 'ftp', 'ws', 'wss'])

/** @returns undefined for what is no address, or has no meaning outside of the message: `#top`, `cid:`, `page.html`. */
export function readAddress(target: string, base?: string): Address | undefined {
  const cut = target.trim().slice(0, MAX_LENGTH)
  const mended = cut.replace(/^(?:[a-z]{1,10}:\/\/)?[^/?#]{1,300}/i, mend)
  if (cut === '' || cut.startsWith('#')) return undefined
  // What names a host without a scheme is asked for as the page was; mail has none.
  const url = parse(/^[/\\]{2}/.test(mended) ? `http:${mended}` : mended, base)
  if (!url) return undefined
  const scheme = url.protocol.slice(0, -1)
  if (scheme === 'cid' || scheme === 'about') return undefined
  if (!WEB.has(scheme)) return { url: url.href.slice(0, MAX_LENGTH), scheme, host: mailHost(scheme, url), oddities: [] }
  const host = url.hostname.replace(/\.$/, '')
  const ip = canonical(host.replace(/^\[|\]$/g, ''))
  const unicode = host.includes('xn--') ? domainToUnicode(host) : undefined
  const looks = unicode === undefined ? undefined : skeleton(unicode)
  const domain = ip === undefined ? organisationalDomain(host) : undefined
  const oddities = oddOnes({ written: cut, mended: mended !== cut, url, host, ip, unicode, looks })
  return {
    url: url.href.slice(0, MAX_LENGTH),
    scheme,
    host,
    ...(domain && { domain }),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(ip && { ip }),
    ...(unicode && { unicode }),
    ...(looks && { skeleton: looks }),
    oddities,
  }
}

/** As a reader mends what was written so that no program makes a link of it. */
const mend = (text: string): string => text.replace(/^hxxp/i, 'http').replace(/\[\.\]|\(\.\)/g, '.')

const parse = (text: string, base: string | undefined): URL | undefined => URL.parse(text, base) ?? undefined

const mailHost = (scheme: string, { pathname }: URL): string =>
  scheme === 'mailto'
    ? (/@([a-z0-9.-]{1,253})$/i.exec(pathname.split(/[,?]/, 1)[0] ?? '')?.[1]?.toLowerCase() ?? '')
    : ''

interface Written {
  readonly written: string
  readonly mended: boolean
  readonly url: URL
  readonly host: string
  readonly ip: string | undefined
  readonly unicode: string | undefined
  readonly looks: string | undefined
}

function oddOnes({ written, mended, url, host, ip, unicode, looks }: Written): readonly LinkOddity[] {
  const found: LinkOddity[] = []
  const raw = hostAsWritten(written)
  if (ip !== undefined) found.push('ip')
  if (ip !== undefined && raw !== '' && raw.toLowerCase() !== host) found.push('odd-ip')
  if (url.username !== '' || url.password !== '') found.push('userinfo')
  if (url.port !== '') found.push('port')
  if (unicode !== undefined) {
    found.push('punycode')
    if (mixesScripts(unicode)) found.push('mixed-script')
    if (looks !== undefined) found.push('confusable')
  }
  if (/[\t\r\n]/.test(written) || /^[a-z]{1,10}:[/\\]{0,2}\\/i.test(written)) found.push('split')
  if (raw.includes('%') || (unicode === undefined && /[^\0-\x7f]/.test(raw))) found.push('encoded-host')
  if (mended) found.push('defanged')
  return found
}

/** Between the slashes and the next, without what stands before an `@` and after a colon. */
function hostAsWritten(written: string): string {
  const authority = /^[a-z]{0,10}:?[/\\]{2,}([^/\\?#]*)/i.exec(written.replace(/[\t\r\n]+/g, ''))?.[1] ?? ''
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d*$/, '').replace(/\.$/, '')
}
