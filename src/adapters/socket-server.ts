/** What doors over plain sockets share: one conversation a socket, heard piece by piece, bounded in number, time and unread answers. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Gateway } from '../postern.ts'

/** The other side does not keep to the protocol: it is hung up on, and the operator hears why. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export interface Conversation {
  /** Hears some octets. While it works the socket is not read. False when all was said. @throws ProtocolError */
  hear(chunk: Buffer): Promise<boolean>
  /** The other side has gone. */
  close(): void
}

export interface SocketServerOptions {
  /** For notices: `milter`. */
  readonly name: string
  readonly current: () => Gateway
  /** Sockets at once. */
  readonly connections: number
  /** Milliseconds that the other side may be silent. */
  readonly idle: number
  /** Octets of answers that the other side has not fetched: it is hung up on beyond. */
  readonly unread: number
}

export function socketServer(
  options: SocketServerOptions,
  open: (say: (octets: Buffer | string) => void) => Conversation,
): Server {
  const server = createServer(socket => {
    serve(socket, options, open).catch(() => socket.destroy())
  })
  server.maxConnections = options.connections
  return server
}

async function serve(
  socket: Socket,
  { name, current, idle, unread }: SocketServerOptions,
  open: (say: (octets: Buffer | string) => void) => Conversation,
): Promise<void> {
  socket.setNoDelay(true).setTimeout(idle, () => socket.destroy())
  // Who goes away in the middle ends the loop below; without a listener it would end the process.
  socket.on('error', () => undefined)
  const conversation = open(octets => {
    if (socket.writable) socket.write(octets)
    if (socket.writableLength > unread) socket.destroy()
  })
  try {
    for await (const chunk of socket) if (!(await conversation.hear(chunk as Buffer))) return
  } catch (error) {
    if (!(error instanceof ProtocolError)) return
    const reason = `a mail server sent ${error.message}`
    current().world.notify({ what: `${name}/protocol`, reason, level: 'warning' })
  } finally {
    conversation.close()
    socket.destroy()
  }
}
