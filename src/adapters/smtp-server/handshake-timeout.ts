/** Clients that have not come as far as a greeting: a PROXY header or a TLS handshake is still to come from them. */
import type { Socket } from 'node:net'
import type { Clock } from '../../model/services.ts'
import { peerOf } from '../../net/peer.ts'
import type { SMTPServer } from './types.ts'

/**
 * Ends those that take longer than `limit` milliseconds. smtp-server has a time-out of its own for them, but one that
 * each byte sets back.
 */
export function limitHandshakes(server: SMTPServer, limit: () => number, clock: () => Clock): void {
  const time = (socket: Socket): void => {
    const cancel = clock().after(limit(), () => expire(server, socket))
    socket.once('close', cancel)
  }
  for (const socket of server._pendingSockets.keys()) time(socket)
  if (!shakes(server) && !server.options.useProxy) return
  // The first listener: a socket is timed whether or not what comes after keeps it waiting.
  server.server.prependListener('connection', time)
}

/**
 * Keeps the address that a socket had when it was accepted, leaves out those who have left before smtp-server begins with
 * them, and keeps open what lies below a handshake: a socket that is closed, or that closes itself at the end of what it holds, takes the process with it when TLS lies on top.
 */
export function handOnSafely(server: SMTPServer): void {
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
      // Who was reset meanwhile has no address any more; what a proxy has said comes first.
      callback(error, options && remoteAddress ? { remoteAddress, remotePort, ...options } : options)
      if (!shakes(server)) return
      // From now on: what lies on top has taken over how it was, and still ends by itself.
      socket.allowHalfOpen = true
      socket.once('end', () => expire(server, socket))
    })
  }
}

/** A handshake comes before the first word. */
const shakes = ({ options }: SMTPServer): boolean =>
  Boolean(options.secure && !options.needsUpgrade && !options.secured)

/** To tear a handshake down from below is not safe: the socket on top goes first. */
function expire(server: SMTPServer, socket: Socket): void {
  server._pendingSockets.get(socket)?.destroy()
}
