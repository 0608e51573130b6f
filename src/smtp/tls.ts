/** TLS on a socket: at once, or after STARTTLS. */
import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import { afterRunning } from '../model/running-time.ts'
import type { Clock } from '../model/services.ts'
import type { Tls } from '../model/stage.ts'

/** Puts TLS on a socket. Bytes that are in the socket already belong to the handshake. */
export const secured = (socket: Socket, secureContext: SecureContext): TLSSocket =>
  new TLSSocket(socket, { isServer: true, secureContext })

/** What was agreed in the handshake. */
export function tlsOf(socket: TLSSocket): Tls {
  const cipher = socket.getCipher()?.name
  return { protocol: socket.getProtocol() ?? 'TLS', ...(cipher && { cipher }) }
}

/**
 * TLS before the first word. Settles with undefined when the handshake fails or takes longer than `timeout`
 * milliseconds.
 */
export function handshake(
  socket: Socket,
  context: SecureContext,
  clock: Clock,
  timeout: number,
): Promise<TLSSocket | undefined> {
  return new Promise(resolve => {
    const secure = secured(socket, context)
    const fail = (): void => {
      cancelTimeout()
      secure.destroy()
      resolve(undefined)
    }
    const cancelTimeout = afterRunning(clock, timeout, fail)
    // The listener for errors stays: the socket may fail before somebody else listens.
    secure.on('error', fail)
    secure.once('close', fail)
    secure.once('secure', () => {
      cancelTimeout()
      secure.off('close', fail)
      resolve(secure)
    })
  })
}
