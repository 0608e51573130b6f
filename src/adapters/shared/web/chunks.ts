/** The body of a request in chunks, within its bounds. */
import type { Share } from './budget.ts'
import { HttpError } from './request.ts'

/**
 * Reads the body of a request.
 *
 * @param share of the server's budget of bytes, in which the body is counted: close it when the request is answered
 * @throws HttpError when the body has more than `limit` bytes, a malformed length, or a content coding
 */
export async function* chunksOf(request: Request, limit: number, share: Share): AsyncGenerator<Uint8Array, void> {
  const { headers, body } = request
  const length = headers.get('content-length')?.trim()
  const coding = headers.get('content-encoding')?.trim() || 'identity'
  if (coding.toLowerCase() !== 'identity')
    throw new HttpError(415, `a body with content coding ${JSON.stringify(coding.slice(0, 40))}: send it without one`)
  if (length !== undefined && !/^\d{1,15}$/.test(length))
    throw new HttpError(
      400,
      `content-length: a count of bytes was expected, found ${JSON.stringify(length.slice(0, 40))}`,
    )
  if (Number(length ?? 0) > limit) throw tooLarge(limit)
  yield* bounded((body ?? []) as AsyncIterable<Uint8Array>, { limit, share }, tooLarge)
}

/** Where the bytes of a request are counted. */
export interface Account {
  /** The largest message, compressed or not. */
  readonly limit: number
  /** The share of this request; its owner closes it. */
  readonly share: Share
}

/** Counts the bytes of a source, and waits where the server holds too many. @throws `tooLarge` beyond the limit */
export async function* bounded<T extends Uint8Array>(
  source: AsyncIterable<T>,
  { limit, share }: Account,
  tooLarge: (limit: number) => HttpError,
): AsyncGenerator<T, void> {
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    await share.take(chunk.length)
    yield chunk
  }
}

const tooLarge = (limit: number): HttpError => new HttpError(413, `a body of more than ${limit} bytes`)
