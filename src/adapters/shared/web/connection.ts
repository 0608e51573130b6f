/**
 * What lies between a socket and Node's HTTP parser, which would parse, and hand on at once, all requests that a client has
 * sent: here the next one waits unread until the one before it is answered.
 */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Peer } from '../../../net/peer.ts'
import type { Slot } from './slots.ts'

const END_OF_HEAD = '\r\n\r\n'
/** Of a body whose length was not named: so much is parsed before it is looked whether it was the end. */
const PIECE = 4096
/** Who was refused before the request was read has this long to take the answer. */
const LINGER_MS = 1000

export interface ConnectionOptions {
  readonly peer: Peer
  readonly slot: Slot
  /** What was read of the socket already. */
  readonly seen?: Buffer
  /** The address that the client has come to, read when it came. */
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
    // Nothing is kept here: the parser has had all before it is asked for more.
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

  /** A request has begun: what comes behind it waits for the end of the response. */
  began(request: IncomingMessage, response: ServerResponse): void {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers
    this.#request = request
    this.#left = coding === undefined ? Number(length ?? 0) : undefined
    response.once('close', () => {
      // Who was told that the connection ends is asked for nothing more (RFC 9112 §9.6).
      if (this.destroyed || this.writableEnded) return
      this.#request = undefined
      this.#slot.next()
      this.#feed()
    })
  }

  /** The whole request was read. */
  arrived(): void {
    this.#slot.arrived()
  }

  /** As of a socket: ends it once all is written. What was not read of a request would reset it, and the answer be lost. */
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

  /** How much may be parsed without coming upon the request after the one that is under way. */
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
    // What was written still goes out; the slot's deadline ends what does not.
    this.#socket.destroySoon()
    done(error)
  }
}

/** The connection of a request that came over one. */
export function connectionOf({ socket }: IncomingMessage): HttpConnection {
  if (socket instanceof HttpConnection) return socket
  throw new Error('the request came over another socket')
}

/** Makes a server hear each socket through an {@link HttpConnection}: `wrap` returns none for a socket that it has closed. */
export function intercept(server: HttpServer, wrap: (socket: Socket) => HttpConnection | undefined): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const connection = wrap(socket)
    if (connection) for (const listener of listeners) listener.call(server, connection)
  })
}
