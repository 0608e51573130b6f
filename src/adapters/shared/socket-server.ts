/** A server for conversations over plain sockets, bounded in number, time, unfinished requests and unread answers. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { errorText } from '../../model/errors.ts'
import { afterRunning, RunningTime } from '../../model/running-time.ts'
import { systemClock } from '../../model/services.ts'

/** The peer violates the protocol: its connection is closed, and a notice says why. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** The conversation over one socket. */
export interface Conversation {
  /**
   * Handles bytes; the socket is not read meanwhile.
   * @returns false when the conversation is over
   * @throws ProtocolError
   */
  handle(chunk: Buffer): Promise<boolean>
  /** Bytes of an incomplete request, and how many requests were complete. */
  readonly reading: { readonly waiting: number; readonly complete: number }
  /** The peer has left. */
  close(): void
}

export interface SocketServerOptions {
  /** For notices: `milter`. */
  readonly name: string
  readonly current: () => Gateway
  /** Sockets at once. */
  readonly connections: number
  /** Milliseconds that the peer may be silent between two requests. */
  readonly idle: number
  /** Milliseconds that a request may take to arrive; for the first one, from the connection on. */
  readonly timeout: number
  /** Bytes of answers that the peer has not read; beyond, its connection is closed. */
  readonly unread: number
}

export function socketServer(
  options: SocketServerOptions,
  open: (send: (bytes: Buffer | string) => void) => Conversation,
): Server {
  const connections = new Connections(options.connections)
  return createServer(socket => {
    if (!connections.take(socket)) return
    serve(socket, options, { open, connections }).catch(() => socket.destroy())
  })
}

/** Bytes of unfinished requests over all connections of a server. No mail server leaves one unfinished for long. */
const MAX_UNFINISHED = 67_108_864

/** The connections of a server. When there are too many, the one with the oldest unfinished request is closed. */
class Connections {
  readonly #connections: number
  readonly #open = new Map<Socket, { waiting: number; cancel?: () => void }>()
  /** Those whose request is arriving, the oldest first. */
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

  /** A request is arriving, with this many milliseconds left. */
  arriving(socket: Socket, ms: number): void {
    const entry = this.#open.get(socket)
    if (entry === undefined) return
    this.#arriving.add(socket)
    entry.cancel = afterRunning(systemClock, ms, () => socket.destroy())
  }

  /** Bytes have arrived: while they are handled, no time is counted. */
  pause(socket: Socket): void {
    this.#open.get(socket)?.cancel?.()
  }

  /** The request is complete. */
  complete(socket: Socket): void {
    this.#arriving.delete(socket)
  }

  /** @returns false when the unfinished requests of all connections hold too many bytes */
  wait(socket: Socket, bytes: number): boolean {
    const entry = this.#open.get(socket)
    if (entry === undefined) return false
    this.#unfinished += bytes - entry.waiting
    entry.waiting = bytes
    return bytes === 0 || this.#unfinished <= MAX_UNFINISHED
  }

  #leave(socket: Socket): void {
    const entry = this.#open.get(socket)
    entry?.cancel?.()
    this.#unfinished -= entry?.waiting ?? 0
    this.#open.delete(socket)
    this.#arriving.delete(socket)
  }
}

interface Context {
  readonly open: (send: (bytes: Buffer | string) => void) => Conversation
  readonly connections: Connections
}

async function serve(
  socket: Socket,
  { name, current, idle, timeout, unread }: SocketServerOptions,
  { open, connections }: Context,
): Promise<void> {
  socket.setNoDelay(true).setTimeout(idle, () => socket.destroy())
  // A reset ends the loop below; without a listener it would end the process.
  socket.on('error', () => undefined)
  const conversation = open(bytes => {
    if (socket.writable) socket.write(bytes)
    if (socket.writableLength > unread) socket.destroy()
  })
  /** @returns false when the conversation is over, for whatever reason */
  const handle = async (chunk: Buffer): Promise<boolean> => {
    try {
      return await conversation.handle(chunk)
    } catch (error) {
      const [what, reason] =
        error instanceof ProtocolError
          ? ['protocol', `a mail server sent ${error.message}`]
          : ['failed', errorText(error)]
      current().services.notify({ code: `${name}/${what}`, reason, level: 'warning' })
      return false
    }
  }
  let seen = conversation.reading.complete
  const time = new RunningTime(systemClock, timeout / 4)
  let until = time.now() + timeout
  connections.arriving(socket, timeout)
  try {
    for await (const chunk of socket) {
      connections.pause(socket)
      if (!(await handle(chunk as Buffer))) return
      const { waiting, complete } = conversation.reading
      if (!connections.wait(socket, waiting)) {
        const reason = `unfinished requests hold more than ${MAX_UNFINISHED} bytes; a connection was closed`
        return current().services.notify({ code: `${name}/full`, reason, level: 'warning' })
      }
      if (complete !== seen) {
        connections.complete(socket)
        seen = complete
        until = time.now() + timeout
      }
      if (waiting > 0 || complete === 0) connections.arriving(socket, Math.max(until - time.now(), 0))
    }
  } catch {
    // The peer has reset the connection.
  } finally {
    conversation.close()
    socket.destroy()
  }
}
