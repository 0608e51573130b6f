/** Postern around an SMTPServer that exists, and in front of its listener. */

import type { Socket } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { having } from '../../model/checks.ts'
import type { Reply } from '../../model/decision.ts'
import { PosternError } from '../../model/errors.ts'
import { problemsOf, schemaOf, wrongIn } from '../../model/options.ts'
import { type Peer, peerOf } from '../../net/peer.ts'
import { formatReply } from '../../policy/reply.ts'
import { type ServerLimits, serverCheck, toLimits, type WireLimits, wireCheck } from '../../smtp/limits.ts'
import { limitsUnderLoad } from '../../smtp/load-limits.ts'
import { type ProxyOptions, proxiesCheck } from '../../smtp/proxies.ts'
import { wrongGateway } from '../shared/gateway.ts'
import { type Connections, LOCAL, trackConnections } from './connections.ts'
import { full, handlers } from './dialogue.ts'
import { guarded, refuseProxies, SOCKET_TIMEOUT } from './guard.ts'
import { listenToProxies } from './proxies.ts'
import type { Handlers, SMTPServer } from './types.ts'
import { checkServer } from './version-check.ts'

export interface ProtectOptions {
  /** How many commands, how much time and how many bytes a client may take. @default as each limit says */
  readonly wire?: WireLimits
  /** How many sessions may be open at once. @default as each limit says */
  readonly limits?: ServerLimits
  /** Who may speak for another client, and how. @default nobody */
  readonly proxies?: ProxyOptions
}

const schema = schemaOf<ProtectOptions>('protect', {
  wire: wireCheck,
  limits: serverCheck,
  proxies: proxiesCheck,
})

const aServer = having<SMTPServer>(
  'an SMTPServer of smtp-server; write protect(new SMTPServer(…), gateway)',
  'listen',
  'connect',
)

// Who is refused has this long to take the reply and leave.
const LINGER_MS = 1_000

/**
 * Guards a server that exists, and looks at each socket before smtp-server does: a client that is refused when it
 * connects costs an accept, one reply and a close. The others go on with the session they have. Works around a server
 * made with {@link guard}, too; then `options` are those of `guard`.
 *
 * @returns the same server
 * @throws PosternError when anybody at all would be believed as a proxy, or this smtp-server is of another kind
 * @example
 * protect(new SMTPServer({ onData }), gateway).listen(25)
 */
export function protect(
  server: SMTPServer,
  gateway: Gateway | (() => Gateway),
  options: ProtectOptions = {},
): SMTPServer {
  const problems = [
    ...wrongIn(aServer, server, 'protect.server'),
    ...wrongGateway(gateway, 'protect'),
    ...problemsOf(schema, options),
  ]
  if (problems.length > 0) throw new PosternError(problems)
  const { wire, limits, proxies = {} } = options
  checkServer(server)
  refuseProxies(server.options)
  const current = typeof gateway === 'function' ? gateway : () => gateway
  const speakers = listenToProxies(server, proxies, () => current().services.clock)
  const visits = guarded.get(server.onConnect) ?? wrap(server, current, wire, limits)
  visits.attach(server)
  const { secure, needsUpgrade, secured } = server.options
  const speaks = !secure || Boolean(needsUpgrade || secured)
  const listeners = server.server.listeners('connection')
  server.server.removeAllListeners('connection')
  server.server.on('connection', (socket: Socket) => {
    const peer = peerOf(server.server, socket)
    if (peer === undefined) return void socket.destroy()
    // A proxy speaks for another client, whose address is not known yet.
    if (isProxy(server, peer)) return handOn(socket)
    if (!speakers.speaks(socket)) return take(socket, peer.ip ?? LOCAL)
    socket.on('error', ignore)
    speakers.read(socket).then(
      client => (client === undefined ? socket.destroy() : take(socket, client.ip)),
      () => socket.destroy(),
    )
  })
  return server

  function take(socket: Socket, ip: string): void {
    // Who may say XCLIENT has not said yet for whom it speaks.
    const proxy = speakers.believes(ip)
    const barred = proxy ? undefined : current().precheck(ip)
    if (barred) {
      dismiss(socket, barred, speaks)
      return
    }
    admit(socket, { ip, proxy }, current, visits, speaks).then(
      admitted => admitted && handOn(socket),
      () => socket.destroy(),
    )
  }

  function handOn(socket: Socket): void {
    for (const listener of listeners) listener.call(server.server, socket)
  }
}

function wrap(server: SMTPServer, gateway: () => Gateway, wire?: WireLimits, most?: ServerLimits): Connections {
  const limits = limitsUnderLoad(toLimits(wire), () => gateway().services.load)
  const visits = trackConnections(gateway, limits, most)
  server.options.maxRecipients ??= limits.recipients
  server.options.socketTimeout ??= SOCKET_TIMEOUT
  const own: Handlers = {
    onConnect: server.onConnect.bind(server),
    onSecure: server.onSecure.bind(server),
    onMailFrom: server.onMailFrom.bind(server),
    onRcptTo: server.onRcptTo.bind(server),
    onData: server.onData.bind(server) as Handlers['onData'],
    onClose: server.onClose.bind(server),
  }
  Object.assign(server, handlers({ gateway, limits, connections: visits, internal: own, options: server.options }))
  return visits
}

const isProxy = ({ options: { useProxy } }: SMTPServer, { ip }: Peer): boolean =>
  Array.isArray(useProxy) && ip !== undefined && useProxy.includes(ip)

/** Stays on the socket: smtp-server listens a turn of the loop later, and a reset in between would end the process. */
const ignore = (): void => undefined

/** Opens the session; false when the client was turned away, in plain words where the listener `speaks` them. */
async function admit(
  socket: Socket,
  peer: { readonly ip: string; readonly proxy: boolean },
  gateway: () => Gateway,
  visits: Connections,
  speaks: boolean,
): Promise<boolean> {
  socket.on('error', ignore)
  const place = visits.place(peer.proxy ? undefined : peer.ip)
  if (place === undefined) return turnAway(socket, full, speaks)
  const session = gateway().open(peer)
  const decision = await session.connect()
  if (decision.reply.code < 400 && !socket.destroyed) {
    socket.once('close', visits.admit(socket, { session, decision, slot: place }))
    return true
  }
  session.close()
  place()
  return turnAway(socket, decision.reply, speaks)
}

/** For whoever was refused a moment ago: no session, no timer. What a client that stays still sends ends its socket. */
function dismiss(socket: Socket, reply: Reply, speaks: boolean): void {
  socket.on('error', () => undefined)
  if (!speaks) {
    socket.destroy()
    return
  }
  socket.end(`${formatReply(reply)}\r\n`, () => socket.destroySoon())
}

function turnAway(socket: Socket, reply: Reply, speaks: boolean): false {
  // Before a TLS handshake there is nothing to say that would be understood.
  if (!speaks) socket.destroy()
  if (socket.destroyed) return false
  socket.end(`${formatReply(reply)}\r\n`, () => {
    // Who waits for its turn has sent nothing that could be lost. With bytes that nobody took from the system the
    // connection would be reset, and the reply lost: then it may stay, and what it still sends is taken in as far as the
    // socket's own buffer goes.
    if (socket.bytesRead === 0) socket.destroy()
    else linger(socket)
  })
  return false
}

function linger(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  timer.unref()
  socket.on('close', () => clearTimeout(timer))
}
