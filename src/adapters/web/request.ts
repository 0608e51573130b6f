/** What every door behind HTTP does with a request: its body within bounds, its secret in constant time. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { Share } from './budget.ts'

/** The request makes no sense, or may not be made; `code` is HTTP's. */
export class WebError extends Error {
  override readonly name = 'WebError'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * @param share of the server's budget of bytes, which the body is counted in: close it when the request is answered
 * @throws WebError when there is more of it than `limit` octets, or it is packed
 */
export async function bodyOf(request: Request, limit: number, share?: Share): Promise<Buffer> {
  const coding = request.headers.get('content-encoding') || 'identity'
  if (coding.trim().toLowerCase() !== 'identity')
    throw new WebError(415, `a body packed by ${JSON.stringify(coding.slice(0, 40))}; send it as it is`)
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit)
  const chunks: Uint8Array[] = []
  let octets = 0
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    octets += chunk.length
    if (octets > limit) throw tooLarge(limit)
    await share?.take(chunk.length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooLarge = (limit: number): WebError => new WebError(413, `a body of more than ${limit} octets`)

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
  hear(error instanceof Error ? error.message : String(error))
  return json({ error: 'the request could not be answered now' }, 500)
}
