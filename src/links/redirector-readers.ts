/** How redirectors contain their target where it is not the value of a parameter. */
import { decoded, encodedUrl, isHttp, withScheme } from './url-encodings.ts'

/** Reads the target of a URL; undefined if it has none. */
export type Reader = (url: URL) => string | undefined

/** By the name in `redirector-table.ts`. */
export const readers = {
  /** `/amp/s/example.com/x`, `/c/s/example.com/x`: the `s` stands for https. */
  amp: ({ pathname, search }) => {
    const [start, secure] = /^\/(?:amp|[cvi])\/(s\/)?/.exec(pathname) ?? []
    const rest = start === undefined ? '' : pathname.slice(start.length)
    return /^[^/]+\.[^/]+/.test(rest) ? `${secure ? 'https' : 'http'}://${rest}${search}` : undefined
  },
  /** `u=a1` and base64. */
  bing: ({ searchParams }) => encodedUrl((searchParams.get('u') ?? '').replace(/^a1/, '')),
  /** `/RU=https%3a%2f%2fexample.com/RK=2/`. */
  yahoo: ({ pathname }) => encodedUrl(/\/RU=([^/]+)/.exec(pathname)?.[1] ?? ''),
  /** `www-example-com.translate.goog`: a hyphen stands for a dot, two for a hyphen. */
  translate: ({ hostname, pathname, search }) => {
    const name = hostname.slice(0, -'.translate.goog'.length)
    if (!name.includes('-')) return undefined
    return `https://${name.replaceAll('--', '\0').replaceAll('-', '.').replaceAll('\0', '-')}${pathname}${search}`
  },
  /** The query is the target. */
  query: ({ search }) => withScheme(decoded(search.slice(1))),
  /** What follows some directories is the target: `/web/2020/https://example.com/`. */
  path: ({ pathname, search }) => {
    const at = pathname.search(/\/https?(?::|%3a)/i)
    if (at >= 0) return `${decoded(pathname.slice(at + 1)).replace(/^(https?:)\/*/i, '$1//')}${search}`
    const rest = pathname.replace(/^\/[^/]{1,64}\/[^/]{1,64}\//, '')
    return withScheme(decoded(rest))
  },
  /** A directory is the target in percent-encoding or in base64: `/L0/https:%2F%2Fexample.com/1/`. */
  segment: ({ pathname }) =>
    pathname
      .split('/', 20)
      .map(encodedUrl)
      .find(target => target !== undefined),
  /** The last address in the URL: `;?https://example.com`, `;%3Fhttps://example.com`. */
  tail: ({ href }) => {
    const text = decoded(href)
    const at = Math.max(text.lastIndexOf('http://'), text.lastIndexOf('https://'))
    return at > 8 ? text.slice(at) : undefined
  },
  /** `-` for `%`, `_` for `/`. */
  proofpoint2: ({ searchParams }) =>
    withScheme(decoded((searchParams.get('u') ?? '').replaceAll('-', '%').replaceAll('_', '/'))),
  /** `/v3/__https://example.com/*x__;Iw!!…`: the characters of each `*` stand in base64 behind the URL. */
  proofpoint3: ({ href }) => {
    const url = between(href, '/v3/__', '__;')
    const characters =
      url === undefined
        ? ''
        : (/^[\w-]*/.exec(href.slice(href.indexOf('__;', href.indexOf('/v3/__') + 6) + 3))?.[0] ?? '')
    return url === undefined ? undefined : replaced(url, Buffer.from(characters, 'base64url').toString('utf8'))
  },
  /** `/v2/___https://example.com/___.YXAz…`, also behind another directory. */
  avanan: ({ href }) => {
    const url = between(href, '___', '___.')
    return url !== undefined && isHttp(url) ? url : undefined
  },
} satisfies Readonly<Record<string, Reader>>

/** The text between two marks, the first of each. */
function between(text: string, open: string, close: string): string | undefined {
  const start = text.indexOf(open) + open.length
  const end = text.indexOf(close, start)
  return start < open.length || end < 0 ? undefined : text.slice(start, end)
}

/** The lengths of runs: `**A` stands for two characters, `**B` for three. */
const RUNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function replaced(url: string, characters: string): string {
  const text = url.replace(/^(https?:)\/(?!\/)/i, '$1//')
  let at = 0
  return text.replace(/\*(?:\*([\w-]))?/g, (_, run: string | undefined) => {
    const length = run === undefined ? 1 : RUNS.indexOf(run) + 2
    at += length
    return characters.slice(at - length, at)
  })
}
