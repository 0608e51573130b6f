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
  /** False when the conversation is over, in whichever way. */
  const hear = async (chunk: Buffer): Promise<boolean> => {
    try {
      return await conversation.hear(chunk)
    } catch (error) {
      const [what, reason] =
        error instanceof ProtocolError
          ? ['protocol', `a mail server sent ${error.message}`]
          : ['failed', error instanceof Error ? error.message : String(error)]
      current().world.notify({ what: `${name}/${what}`, reason, level: 'warning' })
      return false
    }
  }
  try {
    for await (const chunk of socket) if (!(await hear(chunk as Buffer))) return
  } catch {
    // The other side has reset the connection.
  } finally {
    conversation.close()
    socket.destroy()
  }
}
