/** Reads one URL as a browser does (WHATWG URL), and the anomalies of its spelling. */
import { domainToUnicode } from 'node:url'
import { organisationalDomain } from '../dns/organisation.ts'
import { canonical } from '../net/address.ts'
import { mixesScripts, skeleton } from './confusables.ts'
import { isFileAddress, readFileAddress } from './file-address.ts'

/** An anomaly in the spelling of a URL. */
export type LinkAnomaly =
  /** The host is an IP address. */
  | 'ip'
  /** The IP address is in octal, in hexadecimal, one number, or in another unusual notation. */
  | 'obfuscated-ip'
  /** A name or password before the `@`. */
  | 'userinfo'
  /** A port that is not the scheme's own. */
  | 'port'
  /** The host has labels in punycode, or characters that are encoded as such. */
  | 'punycode'
  /** A label of the host mixes scripts that no language mixes (UTS 39 §5). */
  | 'mixed-script'
  /** The host looks like a host of ASCII letters: see `skeleton`. */
  | 'confusable'
  /** The URL has tabs or line ends, which browsers drop, or backslashes, which browsers read as slashes. */
  | 'malformed'
  /** The host has percent-encoding, fullwidth characters or other dots, which browsers normalize. */
  | 'encoded-host'
  /** `hxxp`, `[.]` and similar: no link until the reader corrects it. */
  | 'defanged'

/** A URL in its parts. */
export interface Address {
  /** The URL that a browser would request, cut to 4096 characters. */
  readonly url: string
  /** `https`, `mailto`, `javascript` … */
  readonly scheme: string
  /** In lower case and A-labels, without a trailing dot; '' if the scheme has no host. */
  readonly host: string
  /** The organisational domain of the host; absent for addresses and public suffixes. */
  readonly domain?: string
  /** The port, if it is not the default of the scheme. */
  readonly port?: number
  /** The host in canonical form, if it is an IP address. */
  readonly ip?: string
  /** The host as it is displayed, if it is not ASCII. */
  readonly unicode?: string
  /** The ASCII host that the host looks like, if there is one. */
  readonly skeleton?: string
  /** Forms that honest links do not have, each once. */
  readonly anomalies: readonly LinkAnomaly[]
}

const MAX_LENGTH = 4096
const WEB: ReadonlySet<string> = new Set(['http', 'https', 'ftp', 'ws', 'wss'])

/**
 * Reads a URL. Returns undefined if it is malformed, or has no meaning outside the message: `#top`, `cid:`,
 * `page.html`.
 */
export function readAddress(target: string, base?: string): Address | undefined {
  return readSimpleAddress(target) ?? readAnyAddress(target, base)
}

/** A URL in the form to which browsers bring others: lower case, no user, no port, no dot segment, nothing encoded. */
const SIMPLE = /^(https?):\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*)(\/[A-Za-z0-9_~!$&()*+,;=:@/?.-]*)?$/

/** Most links have that form and need not be parsed, which saves three quarters of their time. */
function readSimpleAddress(target: string): Address | undefined {
  if (target.length >= MAX_LENGTH) return undefined
  const [, scheme, host, path] = SIMPLE.exec(target) ?? []
  if (scheme === undefined || host === undefined || host.includes('xn--') || target.includes('/.', 8)) return undefined
  const domain = organisationalDomain(host)
  const url = path === undefined ? `${target}/` : target
  return { url, scheme, host, ...(domain && { domain }), anomalies: NO_ANOMALIES }
}

const NO_ANOMALIES: readonly LinkAnomaly[] = []

/** The same for any URL. */
export function readAnyAddress(target: string, base?: string): Address | undefined {
  const cut = target.trim().slice(0, MAX_LENGTH)
  const refanged = cut.replace(/^(?:[a-z]{1,10}:\/\/)?[^/?#]{1,300}/i, refang)
  if (cut === '' || cut.startsWith('#')) return undefined
  if (base === undefined ? isFileAddress(cut) : /^file:/i.test(cut)) return readFileAddress(cut)
  // A URL without a scheme takes that of its page; mail has none.
  const url = parse(/^[/\\]{2}/.test(refanged) ? `http:${refanged}` : refanged, base)
  if (!url) return undefined
  const scheme = url.protocol.slice(0, -1)
  if (scheme === 'cid' || scheme === 'about') return undefined
  if (!WEB.has(scheme))
    return { url: url.href.slice(0, MAX_LENGTH), scheme, host: mailHost(scheme, url), anomalies: [] }
  const host = url.hostname.replace(/\.$/, '')
  const ip = canonical(host.replace(/^\[|\]$/g, ''))
  const unicode = host.includes('xn--') ? domainToUnicode(host) : undefined
  const looks = unicode === undefined ? undefined : skeleton(unicode)
  const domain = ip === undefined ? organisationalDomain(host) : undefined
  const anomalies = anomaliesOf({ written: cut, refanged: refanged !== cut, url, host, ip, unicode, looks })
  return {
    url: url.href.slice(0, MAX_LENGTH),
    scheme,
    host,
    ...(domain && { domain }),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(ip && { ip }),
    ...(unicode && { unicode }),
    ...(looks && { skeleton: looks }),
    anomalies,
  }
}

/** Undoes the spelling that keeps mail programs from making a link. */
const refang = (text: string): string => text.replace(/^hxxp/i, 'http').replace(/\[\.\]|\(\.\)/g, '.')

/** A base that is no URL is ignored, as browsers do. */
const parse = (text: string, base: string | undefined): URL | undefined =>
  URL.parse(text, base) ?? (base === undefined ? undefined : (URL.parse(text) ?? undefined))

const mailHost = (scheme: string, { pathname }: URL): string =>
  scheme === 'mailto'
    ? (/@([a-z0-9.-]{1,253})$/i.exec(pathname.split(/[,?]/, 1)[0] ?? '')?.[1]?.toLowerCase() ?? '')
    : ''

interface Written {
  readonly written: string
  readonly refanged: boolean
  readonly url: URL
  readonly host: string
  readonly ip: string | undefined
  readonly unicode: string | undefined
  readonly looks: string | undefined
}

function anomaliesOf({ written, refanged, url, host, ip, unicode, looks }: Written): readonly LinkAnomaly[] {
  const found: LinkAnomaly[] = []
  const raw = hostAsWritten(written)
  if (ip !== undefined) found.push('ip')
  if (ip !== undefined && raw !== '' && raw.toLowerCase() !== host) found.push('obfuscated-ip')
  if (url.username !== '' || url.password !== '') found.push('userinfo')
  if (url.port !== '') found.push('port')
  if (unicode !== undefined) {
    found.push('punycode')
    if (mixesScripts(unicode)) found.push('mixed-script')
    if (looks !== undefined) found.push('confusable')
  }
  if (/[\t\r\n]/.test(written) || /^[a-z]{1,10}:[/\\]{0,2}\\/i.test(written)) found.push('malformed')
  if (raw.includes('%') || (unicode === undefined && /[^\0-\x7f]/.test(raw))) found.push('encoded-host')
  if (refanged) found.push('defanged')
  return found
}

/** The host of the URL as it was written, without user name and port. */
function hostAsWritten(written: string): string {
  const authority = /^[a-z]{0,10}:?[/\\]{2,}([^/\\?#]*)/i.exec(written.replace(/[\t\r\n]+/g, ''))?.[1] ?? ''
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d*$/, '').replace(/\.$/, '')
}
