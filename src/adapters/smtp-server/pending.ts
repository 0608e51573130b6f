/** Clients that have not come as far as a greeting: a PROXY header or a TLS handshake is still to come from them. */
import type { Socket } from 'node:net'
import type { Clock } from '../../core/world.ts'
import type { SMTPServer } from './types.ts'

/**
 * Ends those that take longer than `limit` milliseconds. smtp-server has a time-out of its own for them, but one that
 * each octet sets back.
 */
export function timePending(server: SMTPServer, limit: number, clock: () => Clock): void {
  const expire = (socket: Socket): void => {
    // To tear a handshake down from below is not safe: the socket on top goes first.
    server._pendingSockets.get(socket)?.destroy()
  }
  const time = (socket: Socket): void => {
    const cancel = clock().after(limit, () => expire(socket))
    socket.once('close', cancel)
  }
  for (const socket of server._pendingSockets.keys()) time(socket)
  const { options } = server
  const handshake = Boolean(options.secure && !options.needsUpgrade && !options.secured)
  if (!handshake && !options.useProxy) return
  // The first listener: a socket is timed whether or not what comes after keeps it waiting.
  server.server.prependListener('connection', time)
}
