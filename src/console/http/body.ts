/** Reads the body of a request: JSON alone, of bounded size, in bounded time. */
import { ApiError } from './errors.ts'

/** Bytes of a request. The longest that the pages send have a hundred addresses. */
export const MAX_BODY = 65_536
/** Nested arrays and objects. */
const MAX_DEPTH = 8

/** @throws ApiError when the body is no JSON, or too long */
export async function readJson(request: Request, signal: AbortSignal): Promise<unknown> {
  const type = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  // Forms of other sites cannot send this type without asking first.
  if (type !== 'application/json')
    throw new ApiError('bad-request', 'the body is no JSON: send Content-Type: application/json')
  const text = await readText(request, signal)
  try {
    const value: unknown = JSON.parse(text)
    if (!isFlat(value, MAX_DEPTH)) throw new ApiError('bad-request', `the body nests more than ${MAX_DEPTH} levels`)
    return value
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('bad-request', 'the body is no JSON: send one object')
  }
}

async function readText(request: Request, signal: AbortSignal): Promise<string> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > MAX_BODY) throw tooLarge()
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  if (reader === undefined) return ''
  const stop = (): void => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length
      if (length > MAX_BODY) {
        stop()
        throw tooLarge()
      }
      chunks.push(next.value)
    }
    signal.throwIfAborted()
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const tooLarge = (): ApiError => new ApiError('too-large', `the body has more than ${MAX_BODY} bytes`)

function isFlat(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every(inner => isFlat(inner, depth - 1))
}
