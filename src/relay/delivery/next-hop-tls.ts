/** STARTTLS towards the next server (RFC 3207): nobody overhears, and where it is required nobody stands between. */
import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { Hop } from '../config/addresses.ts'

/** The handshake failed, or what was shown in it is not to be trusted. */
export const noTls = Symbol('no TLS')

/**
 * Turns `plain` into TLS, at most within so many milliseconds. Whose certificate it is matters only where TLS is
 * required.
 */
export async function secured(plain: Socket, { host, tls, ca }: Hop, ms: number): Promise<TLSSocket | typeof noTls> {
  const socket = connect({
    socket: plain,
    host,
    // RFC 6066 §3: a literal address is no server name.
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    rejectUnauthorized: tls === 'required',
  })
  socket.on('error', () => undefined)
  const timer = setTimeout(() => socket.destroy(new Error('no handshake in time')), ms)
  const gone = new AbortController()
  const leave = () => gone.abort()
  socket.once('close', leave)
  try {
    await once(socket, 'secureConnect', { signal: gone.signal })
    return socket
  } catch {
    socket.destroy()
    return noTls
  } finally {
    clearTimeout(timer)
    socket.off('close', leave)
  }
}
