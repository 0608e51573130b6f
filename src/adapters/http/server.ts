/** A server of Rspamd's protocol: HTTP, and on the same port the line protocols of Exim and spamc. */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { zstdCompress } from 'node:zlib'
import { type Duration, type Size, toMilliseconds, toOctets } from '../../core/units.ts'
import type { Gateway } from '../../postern.ts'
import { readBody } from './body.ts'
import { type Answer, answer, type Door, isControl } from './commands.ts'
import { counts } from './counts.ts'
import { RequestError, type RequestHeaders } from './headers.ts'
import { type Arrival, opening, serveLines } from './lines.ts'

export interface RspamdOptions {
  /** For what changes something or tells of other mail (`/learnspam`, `/stat` …). @default none: this machine alone is served */
  readonly password?: string
  /** The score from which the gateway refuses, as replies show it. @default 15 */
  readonly reject?: number
  /** The score from which it keeps apart, as replies show it. @default 6 */
  readonly quarantine?: number
  /** The largest message. @default '25mb' */
  readonly size?: Size
  /** Connections at once. Each may hold a message in memory. @default 100 */
  readonly connections?: number
  /** How long a request may take to arrive, and its answer to be fetched. @default '60s' */
  readonly patience?: Duration
}

const MOST_HEADER = 65_536

/**
 * A server that rspamc, Haraka's rspamd plugin, Exim's `spam` condition, spamc and others take for Rspamd. Findings are
 * symbols; their scores sum to the score that is shown. Files of this machine are never read for a client. Queue-Id becomes
 * the reference of the session; what asks for another form of the reply (msgpack, urls, times of rules), or for profiles of
 * settings that a configuration would hold, has no effect.
 *
 * @example
 * rspamd(gateway, { password: 'secret' }).listen(11333, '127.0.0.1')
 */
export function rspamd(
  gateway: Gateway | (() => Gateway),
  { password, reject = 15, quarantine = 6, size = '25mb', connections = 100, patience = '60s' }: RspamdOptions = {},
): Server {
  const current = typeof gateway === 'function' ? gateway : () => gateway
  const limit = toOctets(size, 'rspamd.size')
  const wait = toMilliseconds(patience, 'rspamd.patience')
  const door: Door = { current, counts: counts(() => Date.now()), password, thresholds: { reject, quarantine } }
  // Node times the requests of servers that listen; this one is handed its sockets.
  const arriving = new WeakMap<Socket, NodeJS.Timeout>()
  const arrived = (socket: Socket) => clearTimeout(arriving.get(socket))
  const http = createHttp({ maxHeaderSize: MOST_HEADER }, (request, response) => {
    respond(door, request, response, { limit, arrived: () => arrived(request.socket) }).catch(() => response.destroy())
  })
  // Clients may end their side once the message is sent, and wait for the answer.
  const server = createServer({ allowHalfOpen: true }, socket => {
    arriving.set(
      socket,
      setTimeout(() => socket.destroy(), wait),
    )
    socket.once('close', () => arrived(socket)).on('error', () => undefined)
    // Whoever does not fetch the answer.
    socket.setTimeout(wait, () => socket.destroy())
    sniff(socket).then(
      isLines => {
        if (isLines === undefined) socket.destroy()
        else if (isLines)
          serveLines(door, socket, { limit, arrived: () => arrived(socket) }).catch(() => socket.destroy())
        else http.emit('connection', socket)
      },
      () => socket.destroy(),
    )
  })
  server.maxConnections = connections
  return server
}

/** Looks at the first line and puts it back; undefined for who says nothing. */
async function sniff(socket: Socket): Promise<boolean | undefined> {
  let seen = Buffer.alloc(0)
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    seen = Buffer.concat([seen, chunk as Buffer])
    if (seen.includes(10) || seen.length >= 64) break
  }
  if (seen.length === 0) return undefined
  socket.unshift(seen)
  return opening.test(seen.toString('latin1', 0, 64))
}

async function respond(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
  { limit, arrived }: Arrival,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://postern')
  const name = url.pathname.replace(/^\/+|\/+$/g, '').toLowerCase()
  const headers = headersOf(request, url)
  door.counts.connected(isControl(name))
  const packed = [...headers('compression'), ...headers('content-encoding')].some(
    value => value.toLowerCase() === 'zstd',
  )
  const wantsPacked = packed || headers('accept-encoding').some(value => /\bzstd\b/i.test(value))
  try {
    const body = await readBody(request, limit, packed)
    arrived()
    const made = await answer(door, name, { headers, body, address: request.socket.remoteAddress ?? '' })
    await send(response, made, wantsPacked)
  } catch (error) {
    const known = error instanceof RequestError
    const told = known ? error.message : 'the message could not be judged now'
    const failed: Answer = {
      code: known ? error.code : 500,
      type: 'application/json',
      body: JSON.stringify({ error: told, error_domain: 'postern' }),
    }
    await send(response, failed, false)
  }
}

async function send(response: ServerResponse, { code, type, body }: Answer, packed: boolean): Promise<void> {
  const plain = Buffer.from(body)
  const octets = packed ? await pack(plain) : plain
  response.writeHead(code, {
    'Content-Type': type,
    'Content-Length': octets.length,
    Connection: 'close',
    ...(packed && { Compression: 'zstd', 'Content-Encoding': 'zstd' }),
  })
  response.end(octets)
}

const pack = (plain: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => zstdCompress(plain, (error, packed) => (error ? reject(error) : resolve(packed))))

/** Rcpt may stand several times, which Node joins; what stands behind the `?` counts as a header. */
function headersOf({ rawHeaders }: IncomingMessage, { searchParams }: URL): RequestHeaders {
  const fields: (readonly [name: string, value: string])[] = [...searchParams].map(([name, value]) => [
    name.toLowerCase(),
    value,
  ])
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    fields.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? ''])
  return name => fields.filter(([other]) => other === name).map(([, value]) => value)
}
