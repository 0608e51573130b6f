/** What doors over plain sockets share: one conversation a socket, heard piece by piece, bounded in number, time and unread answers. */

import { createServer, type Server, type Socket } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { errorText } from '../../model/errors.ts'

/** The other side does not keep to the protocol: it is hung up on, and the operator hears why. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export interface Conversation {
  /** Hears some bytes. While it works the socket is not read. False when all was said. @throws ProtocolError */
  hear(chunk: Buffer): Promise<boolean>
  /** Bytes of a request that is not whole yet, and how many were whole. */
  readonly reading: { readonly waiting: number; readonly whole: number }
  /** The other side has gone. */
  close(): void
}

export interface SocketServerOptions {
  /** For notices: `milter`. */
  readonly name: string
  readonly current: () => Gateway
  /** Sockets at once. */
  readonly connections: number
  /** Milliseconds that the other side may be silent between two requests. */
  readonly idle: number
  /** Milliseconds that a request may take to arrive, however it trickles; the first from the connection on. */
  readonly timeout: number
  /** Bytes of answers that the other side has not fetched: it is hung up on beyond. */
  readonly unread: number
}

export function socketServer(
  options: SocketServerOptions,
  open: (say: (octets: Buffer | string) => void) => Conversation,
): Server {
  const places = new Places(options.connections)
  return createServer(socket => {
    if (!places.take(socket)) return
    serve(socket, options, { open, places }).catch(() => socket.destroy())
  })
}

/** Bytes of unfinished requests over all connections of a server. No mail server leaves one unfinished for long. */
const MAX_UNFINISHED = 67_108_864

/** The connections of a server. When there are too many, the one that has longest not finished its request makes room. */
class Places {
  readonly #connections: number
  readonly #open = new Map<Socket, { waiting: number; timer?: NodeJS.Timeout }>()
  /** Those whose request is arriving, the one that began first at the front. */
  readonly #arriving = new Set<Socket>()
  #unfinished = 0

  constructor(connections: number) {
    this.#connections = connections
  }

  take(socket: Socket): boolean {
    if (this.#open.size >= this.#connections) {
      const [slowest] = this.#arriving
      slowest?.destroy()
      if (slowest === undefined) {
        socket.on('error', () => undefined).destroy()
        return false
      }
      this.#leave(slowest)
    }
    this.#open.set(socket, { waiting: 0 })
    socket.once('close', () => this.#leave(socket))
    return true
  }

  /** A request is arriving: it has so many milliseconds left. */
  arriving(socket: Socket, ms: number): void {
    const place = this.#open.get(socket)
    if (place === undefined) return
    this.#arriving.add(socket)
    place.timer = setTimeout(() => socket.destroy(), ms)
  }

  /** Something has arrived: while it is looked at, no time is counted. */
  pause(socket: Socket): void {
    clearTimeout(this.#open.get(socket)?.timer)
  }

  /** The request is whole. */
  whole(socket: Socket): void {
    this.#arriving.delete(socket)
  }

  /** @returns false when all connections together wait for too much */
  wait(socket: Socket, bytes: number): boolean {
    const place = this.#open.get(socket)
    if (place === undefined) return false
    this.#unfinished += bytes - place.waiting
    place.waiting = bytes
    return bytes === 0 || this.#unfinished <= MAX_UNFINISHED
  }

  #leave(socket: Socket): void {
    const place = this.#open.get(socket)
    clearTimeout(place?.timer)
    this.#unfinished -= place?.waiting ?? 0
    this.#open.delete(socket)
    this.#arriving.delete(socket)
  }
}

interface Means {
  readonly open: (say: (octets: Buffer | string) => void) => Conversation
  readonly places: Places
}

async function serve(
  socket: Socket,
  { name, current, idle, timeout, unread }: SocketServerOptions,
  { open, places }: Means,
): Promise<void> {
  socket.setNoDelay(true).setTimeout(idle, () => socket.destroy())
  // Who goes away in the middle ends the loop below; without a listener it would end the process.
  socket.on('error', () => undefined)
  const conversation = open(octets => {
    if (socket.writable) socket.write(octets)
    if (socket.writableLength > unread) socket.destroy()
  })
  /** False when the conversation is over, in whichever way. */
  const hear = async (chunk: Buffer): Promise<boolean> => {
    try {
      return await conversation.hear(chunk)
    } catch (error) {
      const [what, reason] =
        error instanceof ProtocolError
          ? ['protocol', `a mail server sent ${error.message}`]
          : ['failed', errorText(error)]
      current().services.notify({ code: `${name}/${what}`, reason, level: 'warning' })
      return false
    }
  }
  let seen = conversation.reading.whole
  let until = performance.now() + timeout
  places.arriving(socket, timeout)
  try {
    for await (const chunk of socket) {
      places.pause(socket)
      if (!(await hear(chunk as Buffer))) return
      const { waiting, whole } = conversation.reading
      if (!places.wait(socket, waiting)) {
        const reason = `unfinished requests hold more than ${MAX_UNFINISHED} bytes; a connection was closed`
        return current().services.notify({ code: `${name}/full`, reason, level: 'warning' })
      }
      if (whole !== seen) {
        places.whole(socket)
        seen = whole
        until = performance.now() + timeout
      }
      if (waiting > 0 || whole === 0) places.arriving(socket, Math.max(until - performance.now(), 0))
    }
  } catch {
    // The other side has reset the connection.
  } finally {
    conversation.close()
    socket.destroy()
  }
}
