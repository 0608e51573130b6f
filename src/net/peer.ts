/**
 * The address of the client of a socket. It is read once, when the socket is accepted: a socket that was reset has no
 * address any more, and an unknown address never counts as local.
 */
import type { Server, Socket } from 'node:net'
import { canonical } from './address.ts'

/** The other end of a socket. */
export interface Peer {
  /** In canonical form. Absent on a Unix socket. */
  readonly ip?: string
  /** Whether the client is on this machine: on a Unix socket or the loopback. */
  readonly isLocal: boolean
}

/** Undefined when the address is not known: refuse the socket, and charge nothing to any address. */
export function peerOf(listener: Server, { remoteAddress }: Pick<Socket, 'remoteAddress'>): Peer | undefined {
  const ip = remoteAddress === undefined ? undefined : canonical(remoteAddress)
  if (ip !== undefined) return { ip, isLocal: ip === '::1' || ip.startsWith('127.') }
  return isUnix(listener) ? { isLocal: true } : undefined
}

/** Asks the listener, because a socket without an address may also be a TCP socket that was reset. */
export function isUnix(listener: Server): boolean {
  if (!listener.listening) return false
  try {
    const address = listener.address()
    // A Unix socket that was inherited as a file descriptor has neither path nor port.
    return address === null || typeof address === 'string'
  } catch {
    return false
  }
}
