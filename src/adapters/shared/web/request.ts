/** What every door behind HTTP does with a request: its secret in constant time, its failure in words. */

import { hash, timingSafeEqual } from 'node:crypto'
import { errorText } from '../../../model/errors.ts'

/** The request makes no sense, or may not be made; `code` is HTTP's. */
export class WebError extends Error {
  override readonly name = 'WebError'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** Takes as long for a wrong secret as for the right one, whatever its length. */
export function isSame(given: string, secret: string): boolean {
  const digest = (text: string) => hash('sha256', text, 'buffer')
  return timingSafeEqual(digest(given), digest(secret))
}

export const json = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } })

/** The answer to a request that failed. What is not known to be the asker's fault is told to `hear` and not to him. */
export function failed(error: unknown, hear: (reason: string) => void): Response {
  if (error instanceof WebError) return json({ error: error.message }, error.code)
  hear(errorText(error))
  return json({ error: 'the request could not be answered now' }, 500)
}
