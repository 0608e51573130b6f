/**
 * Stands between a socket and Node's HTTP parser. The parser would emit all pipelined requests at once; here the next
 * one waits unread until the one before it is answered.
 */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Peer } from '../../../net/peer.ts'
import type { Slot } from './slots.ts'

const END_OF_HEAD = '\r\n\r\n'
/** Bytes of a body of unknown length that are parsed before its end is checked. */
const PIECE = 4096
/** A client that is refused before its request was read has this long to read the response. */
const LINGER_MS = 1000

export interface ConnectionOptions {
  readonly peer: Peer
  readonly slot: Slot
  /** Bytes that were read from the socket already. */
  readonly seen?: Buffer
  /** The local address of the socket, read when it was accepted. */
  readonly localAddress?: string | undefined
}

/** A socket for an HTTP server: `server.emit('connection', connection)`. */
export class HttpConnection extends Duplex {
  readonly peer: Peer
  readonly localAddress: string | undefined
  readonly #slot: Slot
  readonly #socket: Socket
  #rest: Buffer | undefined
  /** The last bytes of a head that has not ended. */
  #tail = ''
  #wanted = false
  #ended = false
  #request: IncomingMessage | undefined
  /** Bytes of its body that were not handed on; undefined when its length was not named. */
  #left: number | undefined

  constructor(socket: Socket, { peer, slot, seen, localAddress }: ConnectionOptions) {
    // Nothing is buffered here: the parser gets all bytes before more are read.
    super({ readableHighWaterMark: 0, allowHalfOpen: true })
    this.peer = peer
    this.localAddress = localAddress
    this.#slot = slot
    this.#socket = socket
    this.#rest = seen
    this.on('error', () => undefined)
    socket.on('error', () => this.destroy())
    socket.on('close', () => this.destroy())
    socket.on('readable', () => this.#feed())
    socket.on('end', () => {
      this.#ended = true
      this.#feed()
    })
  }

  /** A request has begun: the bytes after it wait for the end of the response. */
  began(request: IncomingMessage, response: ServerResponse): void {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers
    this.#request = request
    this.#left = coding === undefined ? Number(length ?? 0) : undefined
    response.once('close', () => {
      // RFC 9112 §9.6: after `Connection: close` no further request is read.
      if (this.destroyed || this.writableEnded) return
      this.#request = undefined
      this.#slot.next()
      this.#feed()
    })
  }

  /** The request was read completely. */
  arrived(): void {
    this.#slot.arrived()
  }

  /** As for a socket: closes it once all is written. Unread bytes would reset it, and the response would be lost. */
  destroySoon(): void {
    const isRead = this.#rest === undefined && (this.#request?.complete ?? true)
    this.end(() => (isRead ? this.destroy() : this.#linger()))
  }

  #linger(): void {
    const timer = setTimeout(() => this.destroy(), LINGER_MS)
    this.#socket.once('close', () => clearTimeout(timer))
    this.#socket.removeAllListeners('readable')
    this.#socket.once('end', () => this.destroy()).resume()
  }

  #feed(): void {
    if (!this.#wanted || this.destroyed) return
    if (this.#request?.complete) {
      this.#slot.arrived()
      return
    }
    this.#rest ??= (this.#socket.read() as Buffer | null) ?? undefined
    if (this.#rest === undefined) {
      if (this.#ended) this.push(null)
      return
    }
    const length = this.#portion(this.#rest)
    const portion = this.#rest.subarray(0, length)
    this.#rest = length < this.#rest.length ? this.#rest.subarray(length) : undefined
    this.#wanted = false
    this.push(portion)
  }

  /** How many bytes can be parsed without reaching the next request. */
  #portion(bytes: Buffer): number {
    if (this.#request === undefined) return this.#head(bytes)
    if (this.#left === undefined) return Math.min(bytes.length, PIECE)
    const length = Math.min(bytes.length, this.#left)
    this.#left -= length
    return length === 0 ? Math.min(bytes.length, PIECE) : length
  }

  #head(bytes: Buffer): number {
    const seam = this.#tail + bytes.toString('latin1', 0, END_OF_HEAD.length - 1)
    const across = this.#tail === '' ? -1 : seam.indexOf(END_OF_HEAD)
    const within = across < 0 ? bytes.indexOf(END_OF_HEAD) : across - this.#tail.length
    const isWhole = across >= 0 || within >= 0
    const before = this.#tail
    this.#tail = isWhole ? '' : (before + bytes.toString('latin1', Math.max(0, bytes.length - 3))).slice(-3)
    return isWhole ? within + END_OF_HEAD.length : bytes.length
  }

  override _read(): void {
    this.#wanted = true
    this.#feed()
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#request?.complete) this.#slot.answering()
    this.#socket.write(chunk, encoding, done)
  }

  override _writev(
    chunks: { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    const last = chunks.at(-1)
    this.#socket.cork()
    for (const { chunk, encoding } of chunks.slice(0, -1)) this.#socket.write(chunk, encoding)
    if (last) this._write(last.chunk, last.encoding, done)
    this.#socket.uncork()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Written bytes are still sent; the slot's deadline closes a socket that stays.
    this.#socket.destroySoon()
    done(error)
  }
}

/** The connection that a request came over. */
export function connectionOf({ socket }: IncomingMessage): HttpConnection {
  if (socket instanceof HttpConnection) return socket
  throw new Error('the request came over another socket')
}

/**
 * Makes a server read each socket through an {@link HttpConnection}; `wrap` returns undefined for a socket it has
 * closed.
 */
export function intercept(server: HttpServer, wrap: (socket: Socket) => HttpConnection | undefined): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const connection = wrap(socket)
    if (connection) for (const listener of listeners) listener.call(server, connection)
  })
}
