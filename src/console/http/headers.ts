/** Headers of every answer: what a browser may do with it. */

/** What the pages may load: files of this server, and images in them. Nothing inline, nothing from elsewhere. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The HTML of a message: no script, no network, no form, no top window, an origin of no site. */
const HELD_POLICY = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ')

const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

const POLICIES = { page: PAGE_POLICY, held: HELD_POLICY, data: DATA_POLICY } as const

/** What an answer is. */
export type AnswerKind = keyof typeof POLICIES

/** Sets what is common to all answers. */
export function secure(headers: Headers, kind: AnswerKind, isHttps: boolean): void {
  // The pages of digests have a policy for their own style.
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', POLICIES[kind])
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Referrer-Policy', 'no-referrer')
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  headers.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  headers.set('X-Frame-Options', kind === 'held' ? 'SAMEORIGIN' : 'DENY')
  if (isHttps) headers.set('Strict-Transport-Security', 'max-age=31536000')
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}
