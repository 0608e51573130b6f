/** Node's HTTP server for a handler in the form of `fetch`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { callback } from '../../../model/checks.ts'
import { PosternError, type Problem } from '../../../model/errors.ts'
import { problemsOf, schemaOf, wrongIn } from '../../../model/options.ts'
import type { Duration } from '../../../model/units.ts'
import { peerOf } from '../../../net/peer.ts'
import { httpChecks, readHttpOptions } from '../options.ts'
import { connectionOf, HttpConnection, intercept } from './connection.ts'
import { socketSlots } from './slots.ts'

/** Answers one request. Frameworks that use the web's own `Request` and `Response` take such handlers. */
export type FetchHandler = (request: Request) => Promise<Response>

/** How many connections {@link serve} accepts, and how long each request may take. */
export interface ServeOptions {
  /** Connections at once, each with one request. @default 100 */
  readonly connections?: number
  /** How long a request may take to arrive, and its response to be read. @default '60s' */
  readonly timeout?: Duration
}

const schema = schemaOf<ServeOptions>('serve', httpChecks)

const wrongHandler = (handler: unknown): readonly Problem[] =>
  wrongIn(callback('a handler, as hooks() or webhook() makes it'), handler, 'serve.handler')

/**
 * Returns an HTTP server for a handler, where no framework serves it.
 *
 * @throws PosternError when the handler is not a function, or an option cannot be read
 * @example
 * serve(hooks(gateway, { authorization: 'Bearer secret' })).listen(8893, '127.0.0.1')
 */
export function serve(handler: FetchHandler, options: ServeOptions = {}): Server {
  const problems = [...wrongHandler(handler), ...problemsOf(schema, options)]
  if (problems.length > 0) throw new PosternError(problems)
  const accept = socketSlots(readHttpOptions(options))
  // The slots time each request: Node checks its own timeouts only twice a minute.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    connectionOf(request).began(request, response)
    answer(handler, request, response).catch(() => response.destroy())
  })
  // Header fields are bounded by their bytes; beyond its default count Node would drop fields silently.
  server.maxHeadersCount = 0
  intercept(server, socket => take(socket))
  return server

  function take(socket: Socket): HttpConnection | undefined {
    const peer = peerOf(server, socket)
    const slot = peer && accept(socket)
    if (peer && slot) return new HttpConnection(socket, { peer, slot })
    socket.on('error', () => undefined).destroy()
    return undefined
  }
}

async function answer(handler: FetchHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/', rawHeaders } = request
  const headers = new Headers()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const disconnected = new AbortController()
  response.once('close', () => response.writableFinished || disconnected.abort())
  const converted = new Request(new URL(url, 'http://postern'), {
    method,
    headers,
    signal: disconnected.signal,
    ...(hasBody && { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' }),
  })
  const result = await handler(converted)
  const body = Buffer.from(await result.arrayBuffer())
  // The unread rest of a refused request would be parsed as the next request.
  const rest = request.complete ? {} : { connection: 'close' }
  response.writeHead(result.status, {
    ...Object.fromEntries(result.headers),
    ...rest,
    'content-length': body.length,
  })
  response.end(body)
}
