/** The body of a request, piece by piece, within its bounds. */
import type { Share } from './budget.ts'
import { WebError } from './request.ts'

/**
 * @param share of the server's budget of bytes, in which the body is counted: close it when the request is answered
 * @throws WebError when there is more of it than `limit` bytes, its length makes no sense, or it is packed
 */
export async function* chunksOf(request: Request, limit: number, share: Share): AsyncGenerator<Uint8Array, void> {
  const { headers, body } = request
  const length = headers.get('content-length')?.trim()
  const coding = headers.get('content-encoding')?.trim() || 'identity'
  if (coding.toLowerCase() !== 'identity')
    throw new WebError(415, `a body packed by ${JSON.stringify(coding.slice(0, 40))}; send it as it is`)
  if (length !== undefined && !/^\d{1,15}$/.test(length))
    throw new WebError(
      400,
      `content-length: a count of bytes was expected, found ${JSON.stringify(length.slice(0, 40))}`,
    )
  if (Number(length ?? 0) > limit) throw tooLarge(limit)
  let size = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    await share.take(chunk.length)
    yield chunk
  }
}

const tooLarge = (limit: number): WebError => new WebError(413, `a body of more than ${limit} bytes`)
