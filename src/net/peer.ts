/**
 * Who is at the other end of a socket. It is read once, when the socket is accepted: a client that resets the connection
 * takes its address away, and what is not known is never taken for this machine.
 */
import type { Server, Socket } from 'node:net'
import { canonical } from './address.ts'

export interface Peer {
  /** In canonical form. Absent on a Unix socket. */
  readonly ip?: string
  /** On this machine: behind a Unix socket, or on the loopback. */
  readonly isLocal: boolean
}

/** Undefined when the address is not known (any more): refuse the socket, and charge it to no address. */
export function peerOf(listener: Server, { remoteAddress }: Pick<Socket, 'remoteAddress'>): Peer | undefined {
  const ip = remoteAddress === undefined ? undefined : canonical(remoteAddress)
  if (ip !== undefined) return { ip, isLocal: ip === '::1' || ip.startsWith('127.') }
  return isUnix(listener) ? { isLocal: true } : undefined
}

/** Only the listener tells: a socket without an address may as well be one of TCP that was reset. */
export function isUnix(listener: Server): boolean {
  if (!listener.listening) return false
  try {
    const address = listener.address()
    // A Unix socket that was inherited as a file descriptor listens and has neither path nor port.
    return address === null || typeof address === 'string'
  } catch {
    return false
  }
}
