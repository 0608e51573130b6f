/**
 * Unwraps redirectors: those of `redirector-table.ts`, and any address that contains another one as it is, in
 * percent-encoding, in base64 or in hexadecimal. Fetches nothing.
 */
import { organisationalDomain } from '../dns/organisation.ts'
import type { Address } from './address.ts'
import { type Reader, readers } from './redirector-readers.ts'
import { REDIRECTORS } from './redirector-table.ts'
import { decoded, encodedUrl, isEncoded, isHttp, withScheme } from './url-encodings.ts'

/**
 * What kind of redirector an address is.
 *
 * - `open`: a site at which anybody can make a link to anywhere
 * - `protection`: a mail filter, which rewrites the links of honest mail
 * - `counter`: a sending service, a partner network or a social network, which counts clicks
 * - `copy`: an archive, which shows a copy of the page
 * - `shortener`: a public shortener, whose target the store knows: see `saveShortLinks`
 * - `encoded`: another site, with the target in base64 or in hexadecimal in a parameter, where a person cannot read it
 */
export type RedirectorKind = 'open' | 'protection' | 'counter' | 'copy' | 'shortener' | 'encoded'

/** The target that an address contains. */
export interface Unwrapped {
  /** Not parsed yet. */
  readonly target: string
  /** Absent where the redirector is not in the table. */
  readonly kind?: RedirectorKind
}

/** The target inside a URL; undefined if there is none. */
export function unwrap(address: Pick<Address, 'url' | 'host'>): Unwrapped | undefined {
  return mayContainTarget(address) ? unwrapUrl(address.url) : undefined
}

/**
 * An address with another one in it has slashes, backslashes or percent-encoding in its parameters or behind its `#`,
 * or it has `http` in some form. Nine URLs of ten have none of that, and need not be parsed.
 */
function mayContainTarget({ url, host }: Pick<Address, 'url' | 'host'>): boolean {
  if (!url.startsWith('http')) return !SIMPLE_SCHEME.test(url)
  const start = url.search(/[?#]/)
  if (start >= 0 && ['//', '%', '\\'].some(mark => url.indexOf(mark, start) >= 0)) return true
  return url.indexOf('http', 8) >= 0 || ENCODED_HTTP.test(url) || rowsFor(host).length > 0
}

/** Schemes that contain no other address. */
const SIMPLE_SCHEME = /^(?:mailto|tel|sms|data|javascript|cid|mid):/i

/** The same for any URL. */
export function unwrapUrl(address: string): Unwrapped | undefined {
  const url = URL.parse(address)
  if (!url) return undefined
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return inOtherScheme(url)
  for (const { path, read, kind } of rowsFor(url.hostname)) {
    if (!`${url.pathname}${url.search}`.startsWith(path)) continue
    const target = read(url)
    if (target !== undefined && leadsAway(target, url)) return { target, kind }
  }
  const parameter = inParameters(url)
  if (parameter !== undefined) return parameter
  const target = inFragment(url) ?? inPath(url)
  return target === undefined ? undefined : { target }
}

/** `ms-word:ofe|u|https://…`, `ms-appinstaller:?source=https://…`, `view-source:https://…`. */
function inOtherScheme({ href }: URL): Unwrapped | undefined {
  if (SIMPLE_SCHEME.test(href)) return undefined
  const target = /https?:\/\/[^\s|"'<>&]{3,2000}/i.exec(decoded(href.slice(href.indexOf(':') + 1)))?.[0]
  return target === undefined ? undefined : { target }
}

/** Whether a target is a URL of another host. */
function leadsAway(target: string, { hostname }: URL): boolean {
  const other = URL.parse(/^[/\\]{2}/.test(target) ? `http:${target}` : target)
  return other !== null && isHttp(other.href) && other.hostname !== hostname && /[.:]/.test(other.hostname)
}

/** The parameters that are looked at. */
const MAX_PARAMETERS = 30

/** A parameter whose value is a URL of another host: most redirectors have one, and every open redirect. */
function inParameters(url: URL): Unwrapped | undefined {
  let count = 0
  for (const [name, value] of url.searchParams) {
    if (++count > MAX_PARAMETERS) return undefined
    const target = encodedUrl(value)
    if (target !== undefined && leadsAway(target, url))
      return isEncoded(value) ? { target, kind: 'encoded' } : { target }
    // The whole query is the target: `?https://…`.
    if (count === 1 && isHttp(name)) return { target: decoded(url.search.slice(1)) }
  }
  return undefined
}

/** `#https://…`, `#aHR0cHM6…`, `#/go?to=https://…`. */
function inFragment(url: URL): string | undefined {
  if (url.hash.length < 6) return undefined
  const hash = url.hash.slice(1)
  const whole = encodedUrl(hash)
  if (whole !== undefined && leadsAway(whole, url)) return whole
  const value = hash.slice(hash.indexOf('=') + 1)
  const target = hash.includes('=') ? encodedUrl(value.split('&', 1)[0] ?? '') : undefined
  return target !== undefined && leadsAway(target, url) ? target : undefined
}

/** `/go/https://…`, `/go/https%3A%2F%2F…`, `/go/aHR0cHM6…`. */
function inPath(url: URL): string | undefined {
  const { pathname, search } = url
  const at = pathname.search(/\/https?:\//i)
  const plain = at < 0 ? undefined : `${pathname.slice(at + 1).replace(/^(https?:)\/+/i, '$1//')}${search}`
  if (plain !== undefined && leadsAway(plain, url)) return plain
  for (const segment of pathname.split('/', MAX_PARAMETERS)) {
    const target = segment.length > 10 ? encodedUrl(segment) : undefined
    if (target !== undefined && leadsAway(target, url)) return target
  }
  return undefined
}

/** `http://`, `https://` and `www.` in base64 at any capitals, and `http` in hexadecimal, as they begin. */
const ENCODED_HTTP = /aHR0c|SFRUU|d3d3L|68747470/

interface Row {
  readonly path: string
  readonly kind: RedirectorKind
  readonly read: Reader
}

/** By host, by `.domain` for all hosts below it, by `name.*` for a label under any public suffix. */
const table = new Map<string, Row[]>()
for (const line of REDIRECTORS.trim().split('\n')) {
  const [host = '', path = '', how = '', kind] = line.split(' ')
  const rows = table.get(host) ?? []
  rows.push({ path, kind: kind as RedirectorKind, read: readerOf(how) })
  table.set(host, rows)
}

function readerOf(how: string): Reader {
  if (how.startsWith('@')) return readers[how.slice(1) as keyof typeof readers]
  const [names = '', encoding] = how.split(':')
  const parameters = names.split(',')
  return ({ searchParams }) => {
    for (const name of parameters) {
      const value = searchParams.get(name)
      if (value) return encoding === 'base64' ? encodedUrl(value) : (encodedUrl(value) ?? withScheme(decoded(value)))
    }
    return undefined
  }
}

const NO_ROWS: readonly Row[] = []

/** The rows that a host may fit, the host's own first. */
function rowsFor(host: string): readonly Row[] {
  let found: readonly Row[] = table.get(host) ?? NO_ROWS
  const add = (key: string) => {
    const rows = table.get(key)
    if (rows) found = found.length === 0 ? rows : [...found, ...rows]
  }
  add(`.${host}`)
  for (let at = host.indexOf('.'); at > 0; at = host.indexOf('.', at + 1)) add(host.slice(at))
  if (!ANY_SUFFIX.test(host)) return found
  const domain = organisationalDomain(host) ?? ''
  const label = domain.slice(0, domain.indexOf('.'))
  add(`${label}.*`)
  if (host.length > domain.length) add(`${host.slice(0, -domain.length)}${label}.*`)
  return found
}

/** Labels with rows under any public suffix. */
const ANY_SUFFIX = /(?:^|\.)(?:google|yandex|ebay)\./
