/** Cookies of the console: for this host alone, out of reach of scripts. */

/** Names by what they are for. */
export interface CookieNames {
  readonly session: string
  /** A sign-in by OpenID Connect that goes on. */
  readonly flow: string
}

/** With HTTPS the prefix `__Host-` keeps other hosts and paths from setting it (RFC 6265bis §4.1.3.2). */
export const cookieNames = (isHttps: boolean): CookieNames =>
  isHttps ? { session: '__Host-postern', flow: '__Host-postern-flow' } : { session: 'postern', flow: 'postern-flow' }

/** The value of a cookie; undefined where there is none. A name that comes twice is not believed. */
export function cookieOf(header: string | null, name: string): string | undefined {
  const found = (header ?? '')
    .slice(0, 8_192)
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
  const [only] = found
  return found.length === 1 && only !== undefined && only.length <= name.length + 201
    ? only.slice(name.length + 1)
    : undefined
}

/** `Set-Cookie`: an empty value removes the cookie. */
export function setCookie(
  name: string,
  value: string,
  {
    seconds,
    isHttps,
    sameSite,
  }: { readonly seconds: number; readonly isHttps: boolean; readonly sameSite: 'Strict' | 'Lax' },
): string {
  const age = value === '' ? 0 : Math.max(Math.floor(seconds), 0)
  return `${name}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=${sameSite}${isHttps ? '; Secure' : ''}`
}
