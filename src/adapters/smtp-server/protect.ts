/** Postern around an SMTPServer that exists, and in front of its listener. */
import type { Socket } from 'node:net'
import { line } from '../../policy/reply.ts'
import type { Gateway } from '../../postern.ts'
import { handlers } from './dialogue.ts'
import { guarded, refuseProxies } from './guard.ts'
import { toLimits, type WireLimits } from './limits.ts'
import type { Handlers, SMTPServer } from './types.ts'
import { trackVisits, type Visits } from './visits.ts'

export interface ProtectOptions {
  /** How many commands, how much time and how many octets a client may take. @default as each limit says */
  readonly wire?: WireLimits
}

// Who is refused has this long to take the reply and leave.
const LINGER_MS = 1_000

/**
 * Guards a server that exists, and looks at each socket before smtp-server does: a client that is refused when it
 * connects costs an accept, one reply and a close. The others go on with the session they have. Works around a server
 * made with {@link guard}, too; then `options` are those of `guard`.
 *
 * @returns the same server
 * @example
 * protect(new SMTPServer({ onData }), gateway).listen(25)
 */
export function protect(
  server: SMTPServer,
  gateway: Gateway | (() => Gateway),
  { wire }: ProtectOptions = {},
): SMTPServer {
  refuseProxies(server.options)
  const current = typeof gateway === 'function' ? gateway : () => gateway
  const visits = guarded.get(server.onConnect) ?? wrap(server, current, wire)
  visits.attach(server)
  const listeners = server.server.listeners('connection')
  server.server.removeAllListeners('connection')
  server.server.on('connection', (socket: Socket) => {
    // A proxy speaks for another client, whose address is not known yet.
    if (isProxy(server, socket)) return handOn(socket)
    admit(socket, current, visits).then(
      admitted => admitted && handOn(socket),
      () => socket.destroy(),
    )
  })
  return server

  function handOn(socket: Socket): void {
    for (const listener of listeners) listener.call(server.server, socket)
  }
}

function wrap(server: SMTPServer, gateway: () => Gateway, wire: WireLimits | undefined): Visits {
  const limits = toLimits(wire)
  const visits = trackVisits(gateway, limits)
  server.options.maxRecipients ??= limits.recipients
  const own: Handlers = {
    onConnect: server.onConnect.bind(server),
    onSecure: server.onSecure.bind(server),
    onMailFrom: server.onMailFrom.bind(server),
    onRcptTo: server.onRcptTo.bind(server),
    onData: server.onData.bind(server) as Handlers['onData'],
    onClose: server.onClose.bind(server),
  }
  Object.assign(server, handlers({ gateway, limits, visits, own, options: server.options }))
  return visits
}

const isProxy = ({ options: { useProxy } }: SMTPServer, { remoteAddress = '' }: Socket): boolean =>
  Array.isArray(useProxy) && useProxy.some(proxy => remoteAddress.replace(/^::ffff:/i, '') === proxy)

/** Opens the session; false when the client was turned away. */
async function admit(socket: Socket, gateway: () => Gateway, visits: Visits): Promise<boolean> {
  const ignore = (): void => undefined
  socket.on('error', ignore)
  const session = gateway().open({ ip: socket.remoteAddress ?? '127.0.0.1' })
  const decision = await session.connect()
  if (decision.reply.code >= 400) {
    session.close()
    turnAway(socket, line(decision.reply))
    return false
  }
  if (socket.destroyed) {
    session.close()
    return false
  }
  socket.once('close', visits.admit(socket.remoteAddress, socket.remotePort, { session, decision }))
  socket.off('error', ignore)
  return true
}

function turnAway(socket: Socket, reply: string): void {
  socket.end(`${reply}\r\n`)
  // What it still sends is discarded: a socket with unread octets would be reset, and the reply lost.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
}
