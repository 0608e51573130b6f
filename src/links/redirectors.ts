/** Unwraps the URLs of well-known redirectors, and of all that contain their target unencoded. Fetches nothing. */
import type { Address } from './address.ts'

/** How to read the target from the URL: the parameter that contains it, or a function. */
type Unwrap = string | ((url: URL) => string | undefined)

/** By host, or `.host` for all hosts below it. Services that rewrite links for protection are among them. */
const KNOWN: readonly (readonly [host: string, path: string, how: Unwrap])[] = [
  ['www.google.com', '/url', 'q'],
  ['www.google.com', '/url', 'url'],
  ['google.com', '/amp/', url => afterPath(url, /^\/amp\/(s\/)?/)],
  ['www.google.com', '/amp/', url => afterPath(url, /^\/amp\/(s\/)?/)],
  ['.cdn.ampproject.org', '/', url => afterPath(url, /^\/[cvi]\/(s\/)?/)],
  ['.safelinks.protection.outlook.com', '/', 'url'],
  ['urldefense.proofpoint.com', '/v2/url', url => url.searchParams.get('u')?.replaceAll('-', '%').replaceAll('_', '/')],
  ['urldefense.com', '/v3/', url => /\/v3\/__(.+?)__;/.exec(url.href)?.[1]],
  ['www.bing.com', '/ck/', url => fromBase64(url.searchParams.get('u')?.slice(2))],
  ['r.search.yahoo.com', '/', url => /\/RU=([^/]+)\//.exec(url.pathname)?.[1]],
  ['web.archive.org', '/web/', url => /^\/web\/[^/]{1,40}\/(.+)/.exec(url.pathname)?.[1]],
  ['.translate.goog', '/', url => untranslated(url)],
  ['www.tiktok.com', '/link/', url => withScheme(url.searchParams.get('target'))],
]

/** The target inside a URL, not parsed yet; undefined if there is none. */
export function unwrap(address: Pick<Address, 'url' | 'host'>): string | undefined {
  return mayContainTarget(address) ? unwrapUrl(address.url) : undefined
}

/**
 * A target in a parameter or after a `#` has slashes or percent-encoding there. Nine URLs of ten have neither, and need
 * not be parsed.
 */
function mayContainTarget({ url, host }: Pick<Address, 'url' | 'host'>): boolean {
  const start = url.search(/[?#]/)
  if (start >= 0 && (url.indexOf('//', start) >= 0 || url.indexOf('%', start) >= 0)) return true
  if (url.includes(BASE64_HTTP)) return true
  return KNOWN.some(([known]) => (known.startsWith('.') ? host.endsWith(known) : host === known))
}

/** The same for any URL. */
export function unwrapUrl(address: string): string | undefined {
  const url = URL.parse(address)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  for (const [host, path, how] of KNOWN) {
    const fits = host.startsWith('.') ? url.hostname.endsWith(host) : url.hostname === host
    if (!fits || !url.pathname.startsWith(path)) continue
    const found = typeof how === 'string' ? url.searchParams.get(how) : how(url)
    if (found) return decode(found)
  }
  return targetInParameters(url)
}

/** A parameter whose value is a URL of another host: most redirectors have one, and every open redirect. */
function targetInParameters({ searchParams, hostname, hash }: URL): string | undefined {
  let count = 0
  for (const [, value] of searchParams) {
    if (++count > 30) return undefined
    const target = targetIn(value)
    if (target === undefined) continue
    const other = URL.parse(target.startsWith('//') ? `http:${target}` : target)
    if (other && other.hostname !== hostname) return target
  }
  return /^#https?:\/\//i.test(hash) ? hash.slice(1) : undefined
}

/** `http` in base64, as it begins. */
const BASE64_HTTP = 'aHR0c'

function targetIn(value: string): string | undefined {
  if (value.startsWith(BASE64_HTTP)) return fromBase64(value)
  return /^(?:https?:)?(?:\/\/|%2f%2f)[^/]/i.test(value) || /^https?%3a/i.test(value) ? decode(value) : undefined
}

const withScheme = (text: string | null): string | undefined =>
  text === null || /^[a-z]{1,10}:/i.test(text) ? (text ?? undefined) : `https://${text.replace(/^\/{0,2}/, '')}`

function decode(text: string): string {
  if (!/^https?%3a/i.test(text)) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function afterPath({ pathname, search }: URL, prefix: RegExp): string | undefined {
  const match = prefix.exec(pathname)
  const rest = match ? pathname.slice(match[0].length) : ''
  return /^[^/]+\.[^/]+/.test(rest) ? `${match?.[1] ? 'https' : 'http'}://${rest}${search}` : undefined
}

function fromBase64(text: string | undefined): string | undefined {
  const target = text ? Buffer.from(text, 'base64url').toString('utf8') : ''
  return /^https?:\/\//i.test(target) ? target : undefined
}

/** `www-example-org.translate.goog`: a hyphen stands for a dot, two for a hyphen. */
function untranslated({ hostname, pathname }: URL): string {
  const name = hostname.slice(0, -'.translate.goog'.length)
  return `https://${name.replaceAll('--', '\0').replaceAll('-', '.').replaceAll('\0', '-')}${pathname}`
}
