/** Stands in front of smtp-server's own listener, so that refused sockets never reach it. */
import type { Server, Socket } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { peerOf } from '../../net/peer.ts'
import { replyAndClose } from '../../net/reply-and-close.ts'
import { formatReply } from '../../policy/reply.ts'
import type { SMTPServer } from './types.ts'

type Listeners = ReturnType<Server['listeners']>

/** The listeners that a precheck has replaced, by its own. */
const replaced = new WeakMap<object, Listeners>()

/** Refuses denied addresses at the socket, for {@link guard} alone. {@link takeOver} removes it. */
export function installPrecheck(server: SMTPServer, gateway: () => Gateway): void {
  const listener = server.server
  // Before a TLS handshake no reply would be understood: the client gets it after the handshake.
  if (!isPlain(server)) return
  const accept = (socket: Socket): void => {
    const ip = peerOf(listener, socket)?.ip
    const refused = ip === undefined || isProxy(server, ip) ? undefined : gateway().precheck(ip)
    if (refused === undefined) for (const each of listeners) each.call(listener, socket)
    else replyAndClose(socket, formatReply(refused))
  }
  const listeners = takeOver(listener)
  replaced.set(accept, listeners)
  listener.on('connection', accept)
}

/** Removes all listeners for connections. @returns them, those that a precheck has replaced in its place */
export function takeOver(listener: Server): Listeners {
  const listeners = listener.listeners('connection').flatMap(each => replaced.get(each) ?? [each])
  listener.removeAllListeners('connection')
  return listeners
}

/** Whether the dialogue begins without a TLS handshake. */
export const isPlain = ({ options: { secure, needsUpgrade, secured } }: SMTPServer): boolean =>
  !secure || Boolean(needsUpgrade || secured)

/** Whether smtp-server reads a PROXY header from this address: it connects for another client. */
export const isProxy = ({ options: { useProxy } }: SMTPServer, ip: string | undefined): boolean =>
  Array.isArray(useProxy) && ip !== undefined && useProxy.includes(ip)
