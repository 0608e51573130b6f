/** A server of Rspamd's protocol: HTTP, and on the same port the line protocols of Exim and spamc. */

import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { cost, score, secret } from '../../model/checks.ts'
import { relation, schemaOf } from '../../model/options.ts'
import type { Duration, Size } from '../../model/units.ts'
import { peerOf } from '../../net/peer.ts'
import { failureNotices } from '../shared/failures.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { bodyChecks, httpChecks, readBodyOptions, readHttpOptions } from '../shared/options.ts'
import type { Account } from '../shared/web/chunks.ts'
import { connectionOf, HttpConnection } from '../shared/web/connection.ts'
import { HttpError } from '../shared/web/request.ts'
import { socketSlots } from '../shared/web/slots.ts'
import { authorise, foreignHostOf, isControl, refusePages } from './access.ts'
import { type Compression, decompress, readBody } from './body.ts'
import { type Answer, answer, type RspamdService } from './commands.ts'
import { counts } from './counts.ts'
import type { RequestHeaders } from './headers.ts'
import { opening, serveLines } from './lines.ts'
import { pack } from './pack.ts'

/** What an {@link rspamd} server asks of clients, what it shows, and how much it keeps. */
export interface RspamdOptions {
  /**
   * The password for commands that change something or describe other mail (`/learnspam`, `/stat`, `/metrics` …).
   * Requests that a browser has sent for a web page are refused, with it or without.
   * @default none: those commands are for clients on this machine, under its own names
   */
  readonly password?: string
  /** The score from which the gateway rejects, as replies show it. @default 15 */
  readonly reject?: number
  /** The score from which the gateway quarantines, as replies show it. @default 6 */
  readonly quarantine?: number
  /** The score from which the gateway tags, as replies show it. @default 4 */
  readonly tag?: number | 'off'
  /** The largest message. @default '25mb' */
  readonly size?: Size
  /** Bytes of all messages in memory together, compressed or not; a request beyond it waits unread. @default '64mb' */
  readonly budget?: Size
  /** Connections at once, each with one request. @default 100 */
  readonly connections?: number
  /** How long a request may take to arrive, and its response to be read. @default '60s' */
  readonly timeout?: Duration
}

const schema = schemaOf<RspamdOptions>(
  'rspamd',
  {
    password: secret(),
    reject: score({ above: 0 }),
    quarantine: score({ above: 0 }),
    tag: cost('off'),
    ...bodyChecks,
    ...httpChecks,
  },
  relation(
    ['quarantine', 'reject'],
    ({ quarantine = 6, reject = 15 }) =>
      quarantine >= reject && {
        found: quarantine,
        expected: `less than reject, which is ${reject}`,
        remedy: 'give both, with the lower value for quarantine',
      },
  ),
)

const MAX_HEADER = 65_536

/**
 * Returns a server of Rspamd's protocol, for rspamc, Haraka's `rspamd` plugin, Exim's `spam` condition and spamc.
 * `/checkv2` and `/checkv3` (Rspamd 4: multipart, metadata as JSON) check a message. Findings are symbols; their scores
 * sum to the score that is shown. Files of this machine are never read for a client.
 * Queue-Id becomes the reference of the session. Requests for another form of the reply (msgpack, urls, times of rules)
 * or for stored profiles of settings have no effect.
 *
 * @throws PosternError when an option cannot be read
 * @example
 * rspamd(gateway, { password: 'secret' }).listen(11333, '127.0.0.1')
 */
export function rspamd(gateway: Gateway | (() => Gateway), options: RspamdOptions = {}): Server {
  const current = checkedGateway(schema, gateway, options)
  const { password, reject = 15, quarantine = 6, tag = 4 } = options
  const service: RspamdService = {
    current,
    counts: counts(() => Date.now()),
    password,
    report: failureNotices('rspamd/failed', current),
    thresholds: { reject, quarantine, tag: tag === 'off' ? Number.POSITIVE_INFINITY : tag },
  }
  const { limit, bytes } = readBodyOptions(options, { size: '25mb', budget: '64mb' })
  const accept = socketSlots(readHttpOptions(options))
  const http = createHttp({ maxHeaderSize: MAX_HEADER }, (request, response) => {
    connectionOf(request).began(request, response)
    const left = new AbortController()
    response.once('close', () => response.writableFinished || left.abort())
    withShare(left.signal, account => respond(service, request, response, account)).catch(() => response.destroy())
  })
  // Header fields are bounded by their bytes; beyond its default count Node would drop fields silently.
  http.maxHeadersCount = 0
  // Clients may end their side after the message, and wait for the response.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    socket.on('error', () => undefined)
    const peer = peerOf(server, socket)
    const slot = peer && accept(socket)
    if (!peer || !slot) return void socket.destroy()
    const { localAddress } = socket
    sniff(socket, seen => {
      if (seen === undefined) return void socket.destroy()
      if (!opening.test(seen.toString('latin1', 0, MAX_OPENING_LENGTH))) {
        http.emit('connection', new HttpConnection(socket, { peer, slot, seen, localAddress }))
        return
      }
      socket.unshift(seen)
      const left = new AbortController()
      socket.once('close', () => left.abort())
      withShare(left.signal, account => serveLines(service, socket, { peer, slot, account })).catch(() =>
        socket.destroy(),
      )
    })
  })
  return server

  async function withShare(signal: AbortSignal, use: (account: Account) => Promise<void>): Promise<void> {
    const share = bytes.open(signal)
    try {
      await use({ limit, share })
    } finally {
      share.close()
    }
  }
}

/** The first line of the line protocols is shorter. */
const MAX_OPENING_LENGTH = 64

/** Looks at the first line; undefined for a client that leaves without a word. */
function sniff(socket: Socket, use: (seen: Buffer | undefined) => void): void {
  let seen = Buffer.alloc(0)
  const done = () => {
    socket.off('readable', look).off('end', done).off('close', done)
    use(seen.length > 0 ? seen : undefined)
  }
  const look = () => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    seen = Buffer.concat([seen, chunk])
    if (seen.includes(10) || seen.length >= MAX_OPENING_LENGTH) done()
  }
  socket.on('readable', look).on('end', done).on('close', done)
}

async function respond(
  service: RspamdService,
  request: IncomingMessage,
  response: ServerResponse,
  account: Account,
): Promise<void> {
  try {
    const connection = connectionOf(request)
    const { peer, localAddress } = connection
    refusePages(request.headers)
    const url = urlOf(request)
    const name = url.pathname.replace(/^\/+|\/+$/g, '').toLowerCase()
    const headers = headersOf(request, url)
    service.counts.connected(isControl(name))
    const asker = { peer, foreignHost: foreignHostOf(hostsOf(request, url), peer, localAddress) }
    // Before anything is read; with a message `/symbols` is no part of the controller.
    if (isControl(name) && name !== 'symbols') authorise(service.password, headers('password')[0] ?? '', asker)
    const compression = compressionOf(headers)
    const body = await readBody(request, account, compression)
    connection.arrived()
    const unpack = (bytes: Buffer): Promise<Buffer> => decompress(bytes, account, 'zstd')
    const made = await answer(service, name, { headers, body, asker, unpack })
    await send(
      response,
      made,
      compression === 'zstd' || headers('accept-encoding').some(value => /\bzstd\b/i.test(value)),
    )
  } catch (error) {
    const known = error instanceof HttpError
    if (!known) service.report(error)
    const text = known ? error.message : 'the message cannot be judged now'
    const failed: Answer = {
      code: known ? error.code : 500,
      type: 'application/json',
      body: JSON.stringify({ error: text, error_domain: 'postern' }),
    }
    await send(response, failed, false)
  }
}

/** @throws HttpError when the request has no readable path */
function urlOf({ url = '/' }: IncomingMessage): URL {
  const parsed = URL.parse(url.startsWith('/') ? `http://postern${url}` : url, 'http://postern')
  if (parsed === null) throw new HttpError(400, 'the path of the request cannot be read')
  return parsed
}

/** Every host that the request names: in its field, and in its first line (RFC 9112 §3.2.2). */
function hostsOf({ rawHeaders, url = '/' }: IncomingMessage, { host }: URL): readonly string[] {
  const named = rawHeaders.filter((_value, index) => rawHeaders[index - 1]?.toLowerCase() === 'host' && index % 2 === 1)
  return url.startsWith('/') ? named : [...named, host]
}

/** @throws HttpError for an unknown compression: filters would see the compressed bytes */
function compressionOf(headers: RequestHeaders): Compression | undefined {
  const named = [...headers('compression'), ...headers('content-encoding')].map(value => value.trim().toLowerCase())
  const compressions = new Set(named.filter(value => value !== '' && value !== 'identity'))
  if (compressions.size === 0) return undefined
  const other = [...compressions].find(value => value !== 'zstd')
  if (other === undefined) return 'zstd'
  throw new HttpError(
    415,
    `compression ${JSON.stringify(other.slice(0, 40))} is not supported: send zstd, or the message itself`,
  )
}

async function send(response: ServerResponse, { code, type, body, isFinal }: Answer, wanted: boolean): Promise<void> {
  const packed = wanted && !isFinal
  // A string goes out in one write with the head.
  const sent = packed ? await pack(typeof body === 'string' ? Buffer.from(body) : body) : body
  response.writeHead(code, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(sent),
    Connection: 'close',
    ...(packed && { Compression: 'zstd', 'Content-Encoding': 'zstd' }),
  })
  response.end(sent)
}

/** Rcpt may occur several times, and Node would join its values; parameters of the query count as headers. */
function headersOf({ rawHeaders }: IncomingMessage, { searchParams }: URL): RequestHeaders {
  const fields: (readonly [name: string, value: string])[] = [...searchParams].map(([name, value]) => [
    name.toLowerCase(),
    value,
  ])
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    fields.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? ''])
  return name => fields.filter(([other]) => other === name).map(([, value]) => value)
}
