/**
 * Hosting that anybody can use at once: application and page hosting, shorteners, IPFS gateways, dynamic DNS, picture
 * hosts, free mail. The names are in `hosting-names.ts`, cheap TLDs in `tlds.ts`.
 */
import {
  AUTHOR_PAGES,
  AUTHOR_PROVIDERS,
  CLICK_TRACKERS,
  DISPOSABLE,
  DYNAMIC,
  FREE_MAIL,
  GATEWAYS,
  OWN_TARGETS,
  PICTURE_HOSTS,
  SHARED,
  SHARED_PATHS,
  SHORTENER_PATHS,
  SHORTENERS,
} from './hosting-names.ts'

/** A URL and its host. */
interface Target {
  readonly host: string
  readonly url: string
}

/**
 * Hosting by how many honest senders link to it in mail: hardly any to `disposable` hosting, private persons and many
 * firms to `shared` hosting.
 */
export type Hosting = 'disposable' | 'shared'

/** The hosting at which a URL leads to a page that anybody can publish; undefined where there is none. */
export function hostingOf({ host, url }: Target): Hosting | undefined {
  if (isBelow(DISPOSABLE, host)) return 'disposable'
  return isBelow(SHARED, host) || S3.test(host) || startsAt(SHARED_PATHS, host, url) ? 'shared' : undefined
}

const S3 = /(?:^|\.)s3[.-][a-z0-9-]{1,40}\.amazonaws\.com$/

/**
 * The hosting below whose domain an author writes. Who writes from the domain itself is the provider.
 *
 * @returns `pages` where hardly any honest sender writes, `provider` where some do
 */
export function authorHostingOf(domain: string): 'pages' | 'provider' | undefined {
  const above = domain.slice(domain.indexOf('.') + 1)
  if (isBelow(AUTHOR_PAGES, above)) return 'pages'
  return isBelow(AUTHOR_PROVIDERS, above) ? 'provider' : undefined
}

/** Tells whether a URL leads to hosting where anybody can publish a page. */
export const isFreeHost = (target: Target): boolean => hostingOf(target) !== undefined

/** Tells whether a URL leads to a public shortener. */
export const isShortener = ({ host, url }: Target): boolean =>
  (isBelow(SHORTENERS, host) && !OWN_TARGETS.has(host)) || startsAt(SHORTENER_PATHS, host, url)

/** Tells whether a sending service counts clicks on this host, so that the target of a link is not known. */
export const isClickTracker = (host: string): boolean => isBelow(CLICK_TRACKERS, host)

/** Tells whether a host has its name from a dynamic DNS service. The service’s own site does not. */
export const isDynamic = (host: string): boolean => !DYNAMIC.has(host.replace(/^www\./, '')) && isBelow(DYNAMIC, host)

/** Tells whether a URL leads through a gateway to IPFS or a similar network, by its host or its path. */
export const isGateway = ({ host, url }: Target): boolean =>
  isBelow(GATEWAYS, host) ||
  /\/ip[fn]s\/(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{50})/.test(url) ||
  /\.ip[fn]s\./.test(host)

/** Tells whether anybody can put a picture on this host at once. */
export const isPictureHost = (host: string): boolean => isBelow(PICTURE_HOSTS, host)

/** Tells whether anybody can get an address in this domain at once. */
export const isFreeMail = (domain: string): boolean => FREE_MAIL.has(domain)

/** Whether the host is one of the names, or lies below one. */
function isBelow(names: ReadonlySet<string>, host: string): boolean {
  for (let at = 0; at >= 0; at = host.indexOf('.', at + 1))
    if (names.has(at === 0 ? host : host.slice(at + 1))) return true
  return false
}

const startsAt = (places: readonly (readonly [host: string, path: string])[], host: string, url: string): boolean =>
  places.some(([own, start]) => host === own && url.startsWith(start, url.indexOf('/', 8)))
