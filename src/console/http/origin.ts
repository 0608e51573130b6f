/** Whether a request is meant for this server and comes from its own pages. */

/** Where the console is reached. */
export interface Origins {
  /** `https://console.example.org`; undefined: only by the names of the loopback. */
  readonly own: string | undefined
}

/** Names under which a browser on the same machine reaches the console. */
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i

/** Whether the Host is ours: a foreign name that leads here would read answers in the name of its site. */
export function isOwnHost(host: string | null, { own }: Origins): boolean {
  if (host === null) return false
  return own === undefined ? LOOPBACK.test(host) : host.toLowerCase() === new URL(own).host
}

/**
 * Whether a request that changes something comes from a page of this server: by Sec-Fetch-Site and by Origin, whichever
 * the browser sends. What sends neither is no browser that we trust with a cookie.
 */
export function isOwnPage(headers: Headers, { own }: Origins): boolean {
  const [site, origin] = [headers.get('sec-fetch-site'), headers.get('origin')]
  if (site === null && origin === null) return false
  if (site !== null && site !== 'same-origin') return false
  if (origin === null) return true
  if (own !== undefined) return origin === new URL(own).origin
  const host = headers.get('host')
  return host !== null && LOOPBACK.test(host) && origin.toLowerCase() === `http://${host.toLowerCase()}`
}
