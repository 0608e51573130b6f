/** Node's HTTP server for a handler of the kind that `fetch` has made common. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { type Duration, toMilliseconds } from '../../core/units.ts'

export type FetchHandler = (request: Request) => Promise<Response>

export interface ServeOptions {
  /** Connections at once. Each may hold a message in memory. @default 100 */
  readonly connections?: number
  /** How long a request may take to arrive. @default '60s' */
  readonly patience?: Duration
}

/**
 * Serves a handler by itself, where no framework does.
 *
 * @example
 * serve(hooks(gateway)).listen(8893, '127.0.0.1')
 */
export function serve(handler: FetchHandler, { connections = 100, patience = '60s' }: ServeOptions = {}): Server {
  const wait = toMilliseconds(patience, 'serve.patience')
  const server = createServer({ requestTimeout: wait, headersTimeout: wait }, (request, response) => {
    answer(handler, request, response).catch(() => response.destroy())
  })
  server.maxConnections = connections
  return server
}

async function answer(handler: FetchHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/', rawHeaders } = request
  const headers = new Headers()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const asked = new Request(new URL(url, 'http://postern'), {
    method,
    headers,
    ...(hasBody && { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' }),
  })
  const answered = await handler(asked)
  const body = Buffer.from(await answered.arrayBuffer())
  // What was not read of a request that is refused would be taken for the next one.
  const rest = request.complete ? {} : { connection: 'close' }
  response.writeHead(answered.status, {
    ...Object.fromEntries(answered.headers),
    ...rest,
    'content-length': body.length,
  })
  response.end(body)
}
