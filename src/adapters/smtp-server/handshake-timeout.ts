/** Clients before the greeting, which still have a PROXY header or a TLS handshake to send. */
import type { Socket } from 'node:net'
import { afterRunning } from '../../model/running-time.ts'
import type { Clock } from '../../model/services.ts'
import { peerOf } from '../../net/peer.ts'
import type { SMTPServer } from './types.ts'

/**
 * Closes those that take longer than `limit` milliseconds. Each byte resets smtp-server's own timeout for them.
 */
export function limitHandshakes(server: SMTPServer, limit: () => number, clock: () => Clock): void {
  const limitTime = (socket: Socket): void => {
    const cancel = afterRunning(clock(), limit(), () => expire(server, socket))
    socket.once('close', cancel)
  }
  for (const socket of server._pendingSockets.keys()) limitTime(socket)
  if (!beginsWithTls(server) && !server.options.useProxy) return
  // The first listener: a socket is timed whether or not a later listener keeps it waiting.
  server.server.prependListener('connection', limitTime)
}

/**
 * Keeps the address that a socket had when it was accepted, and drops clients that have left before smtp-server begins
 * with them. A socket below a TLS handshake must stay open: a socket that is closed, or that closes itself at the end
 * of its data, takes the process with it.
 */
export function handOverSafely(server: SMTPServer): void {
  const handle = server._handleProxy.bind(server)
  server._handleProxy = (socket, callback) => {
    const { remoteAddress, remotePort } = socket
    if (peerOf(server.server, socket) === undefined) {
      socket.destroy()
      return callback(new Error('the address of the client is not known'))
    }
    handle(socket, (error, options) => {
      if (socket.destroyed || socket.readableEnded) {
        socket.destroy()
        return callback(error ?? new Error('the client has left'))
      }
      // A socket that was reset meanwhile has no address any more; the address from a proxy comes first.
      callback(error, options && remoteAddress ? { remoteAddress, remotePort, ...options } : options)
      if (!beginsWithTls(server)) return
      // Only now: the TLS socket on top has copied the old value, and still ends by itself.
      socket.allowHalfOpen = true
      socket.once('end', () => expire(server, socket))
    })
  }
}

/** Whether a handshake comes before the greeting. */
const beginsWithTls = ({ options }: SMTPServer): boolean =>
  Boolean(options.secure && !options.needsUpgrade && !options.secured)

/** Destroys the socket on top first: to end a handshake from below is not safe. */
function expire(server: SMTPServer, socket: Socket): void {
  server._pendingSockets.get(socket)?.destroy()
}
