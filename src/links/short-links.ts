/**
 * What short links lead to: a cache in the store, which others fill. postern fetches nothing, because a request tells
 * the sender that the mail has arrived, and may confirm what the link is for.
 */
import { PosternError } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { isShortener } from './hosting.ts'

/** A short link and what it leads to. */
export interface ShortLink {
  /** At a public shortener that postern knows: `https://bit.ly/3x`. */
  readonly url: string
  /** The web address at the end of all redirects; absent to forget the link. */
  readonly target?: string
}

/** Options of {@link saveShortLinks}. */
export interface ShortLinkOptions {
  /** How long the target is remembered; owners of short links can change it. @default '30d' */
  readonly ttl?: Duration
}

/**
 * Remembers what short links lead to. From then on the fact `links` has their targets, and every rule for links judges
 * them. All gateways with this store use it.
 *
 * @throws PosternError when a link is none of a known shortener, or a target is no web address
 * @example
 * await saveShortLinks(store, [{ url: 'https://bit.ly/3x', target: 'https://example.org/offer' }], { ttl: '7d' })
 */
export async function saveShortLinks(
  store: Store,
  links: readonly ShortLink[],
  { ttl = '30d' }: ShortLinkOptions = {},
): Promise<void> {
  const ms = toMilliseconds(ttl, 'ttl')
  const operations = links.map(({ url, target }, at) => {
    const key = keyOf(url)
    if (key === undefined) throw wrong(`links[${at}].url`, url, SHORT, 'leave it out: no other link is looked up')
    if (target === undefined) return { op: 'delete', key } as const
    const value = webAddress(target)
    if (value === undefined) throw wrong(`links[${at}].target`, target, 'an http or https URL', 'write the whole URL')
    return { op: 'set', key, value, ttl: ms } as const
  })
  for (let at = 0; at < operations.length; at += MAX_OPERATIONS)
    await store.run(operations.slice(at, at + MAX_OPERATIONS))
}

const SHORT = 'a URL of a public shortener that postern knows, such as https://bit.ly/3x'

const wrong = (path: string, found: string, expected: string, remedy: string) =>
  new PosternError([{ path, found, expected, remedy }])

/** A store performs a list as a whole, and other lists must not wait for it long. */
const MAX_OPERATIONS = 200

/**
 * The targets of short links, by URL; those that are not known are left out. One round trip to the store.
 *
 * @internal
 */
export async function findShortLinks(store: Store, urls: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const keys = urls.map(url => [url, keyOf(url)] as const).filter(([, key]) => key !== undefined)
  const entries = await store.run(keys.map(([, key = '']) => ({ op: 'get', key }) as const))
  return Object.fromEntries(
    keys.flatMap(([url], at) => {
      // Another program may have written into the store.
      const target = webAddress(entries[at]?.value ?? '')
      return target === undefined ? [] : [[url, target] as const]
    }),
  )
}

/** The key of a short link, the same for http and https; undefined if the URL is none of a known shortener. */
function keyOf(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !isWeb(url) || !isShortener({ host: url.hostname, url: url.href })) return undefined
  return `short-link:${url.host}${url.pathname}${url.search}`
}

const isWeb = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:'

function webAddress(text: string): string | undefined {
  const url = text.length > MAX_TARGET_LENGTH ? null : URL.parse(text)
  return url !== null && isWeb(url) ? url.href : undefined
}

const MAX_TARGET_LENGTH = 2048
