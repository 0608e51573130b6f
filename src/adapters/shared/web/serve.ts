/** Node's HTTP server for a handler of the kind that `fetch` has made common. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { callback, duration, whole } from '../../../model/checks.ts'
import { PosternError, type Problem } from '../../../model/errors.ts'
import { problemsOf, schemaOf, wrongIn } from '../../../model/options.ts'
import { type Duration, toMilliseconds } from '../../../model/units.ts'
import { peerOf } from '../../../net/peer.ts'
import { connectionOf, HttpConnection, intercept } from './connection.ts'
import { socketSlots } from './slots.ts'

export type FetchHandler = (request: Request) => Promise<Response>

export interface ServeOptions {
  /** Connections at once, each with one request under way. @default 100 */
  readonly connections?: number
  /** How long a request may take to arrive, and its answer to be fetched. @default '60s' */
  readonly timeout?: Duration
}

const schema = schemaOf<ServeOptions>('serve', { connections: whole({ min: 1 }), timeout: duration({ min: '10ms' }) })

const wrongHandler = (handler: unknown): readonly Problem[] =>
  wrongIn(callback('a handler, as hooks() or webhook() makes it'), handler, 'serve.handler')

/**
 * Serves a handler by itself, where no framework does.
 *
 * @example
 * serve(hooks(gateway, { authorization: 'Bearer secret' })).listen(8893, '127.0.0.1')
 */
export function serve(handler: FetchHandler, options: ServeOptions = {}): Server {
  const problems = [...wrongHandler(handler), ...problemsOf(schema, options)]
  if (problems.length > 0) throw new PosternError(problems)
  const { connections = 100, timeout = '60s' } = options
  const accept = socketSlots({ connections, timeout: toMilliseconds(timeout) })
  // The slots time each request: Node looks at its own time-outs every half a minute only.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    connectionOf(request).began(request, response)
    answer(handler, request, response).catch(() => response.destroy())
  })
  // Bounded by their bytes; beyond its default count Node would leave fields out without a word.
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
  const left = new AbortController()
  response.once('close', () => response.writableFinished || left.abort())
  const asked = new Request(new URL(url, 'http://postern'), {
    method,
    headers,
    signal: left.signal,
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
