/** Postern around an SMTPServer that exists, and in front of its listener. */

import type { Socket } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import { having } from '../../model/checks.ts'
import type { Reply } from '../../model/decision.ts'
import { PosternError } from '../../model/errors.ts'
import { problemsOf, schemaOf, wrongIn } from '../../model/options.ts'
import { peerOf } from '../../net/peer.ts'
import { replyAndClose } from '../../net/reply-and-close.ts'
import { formatReply } from '../../policy/reply.ts'
import { type ServerLimits, serverCheck, toLimits, type WireLimits, wireCheck } from '../../smtp/limits.ts'
import { limitsUnderLoad } from '../../smtp/load-limits.ts'
import { type ProxyOptions, proxiesCheck } from '../../smtp/proxies.ts'
import { wrongGateway } from '../shared/gateway.ts'
import { Connections, LOCAL } from './connections.ts'
import { handlers } from './dialogue.ts'
import { guarded, refuseProxies, SOCKET_TIMEOUT } from './guard.ts'
import { isPlain, isProxy, takeOver } from './precheck-listener.ts'
import { type Proxies, trustProxies } from './proxies.ts'
import { tooManySessions } from './replies.ts'
import type { Handlers, SMTPServer } from './types.ts'
import { HOST_VERSION, missingMembers, unsupported } from './version-check.ts'

/**
 * What {@link protect} limits, and which proxies it trusts. Without effect where {@link guard} has made the handlers,
 * but for `proxies`.
 */
export interface ProtectOptions {
  /** How many commands, how much time and how many bytes a client may use. @default see each limit */
  readonly wire?: WireLimits
  /** How many sessions may be open at once. @default see each limit */
  readonly limits?: ServerLimits
  /** The proxies that may give the address of another client, and how. @default none */
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

/** A refused client has this long to read the reply and to close. */
const LINGER_MS = 1_000

/**
 * Guards an existing server, and judges each socket before smtp-server sees it: a client that is refused when it
 * connects costs an accept, one reply and a close. The others go on with the session that was opened for them. It works
 * around a server made with {@link guard}, too; then the options given to `guard` hold.
 *
 * @returns the same server
 * @throws PosternError when an option is wrong, when every address would be trusted as a proxy, or when `proxies` needs
 * members that the installed smtp-server lacks
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
  const { wire, limits, proxies } = options
  refuseProxies(server.options)
  const current = typeof gateway === 'function' ? gateway : () => gateway
  const trusted = proxies && proxiesOf(server, proxies, current)
  const connections = guarded.get(server.onConnect) ?? wrap(server, current, wire, limits)
  connections.attach(server)
  new Listener(server, current, connections, trusted).install()
  return server
}

/** @throws PosternError where smtp-server would not accept a client's address from a proxy */
function proxiesOf(server: SMTPServer, options: ProxyOptions, gateway: () => Gateway): Proxies {
  const missing = missingMembers(server)
  if (missing.length > 0) throw new PosternError([unsupported(missing)], HOST_VERSION)
  return trustProxies(server, options, () => gateway().services.clock)
}

function wrap(server: SMTPServer, gateway: () => Gateway, wire?: WireLimits, sessions?: ServerLimits): Connections {
  const limits = limitsUnderLoad(toLimits(wire), () => gateway().services.load)
  const connections = new Connections(gateway, limits, sessions)
  server.options.maxRecipients ??= limits.recipients
  server.options.socketTimeout ??= SOCKET_TIMEOUT
  const host: Handlers = {
    onConnect: server.onConnect.bind(server),
    onSecure: server.onSecure.bind(server),
    onMailFrom: server.onMailFrom.bind(server),
    onRcptTo: server.onRcptTo.bind(server),
    onData: server.onData.bind(server) as Handlers['onData'],
    onClose: server.onClose.bind(server),
  }
  Object.assign(server, handlers({ gateway, limits, connections, host, options: server.options }))
  return connections
}

/** Stands in front of smtp-server's own listener. */
class Listener {
  readonly #server: SMTPServer
  readonly #gateway: () => Gateway
  readonly #connections: Connections
  readonly #proxies: Proxies | undefined
  /** Before a TLS handshake no reply would be understood. */
  readonly #isPlain: boolean
  #listeners: ReturnType<Socket['listeners']> = []

  constructor(server: SMTPServer, gateway: () => Gateway, connections: Connections, proxies: Proxies | undefined) {
    this.#server = server
    this.#gateway = gateway
    this.#connections = connections
    this.#proxies = proxies
    this.#isPlain = isPlain(server)
  }

  install(): void {
    const { server } = this.#server
    this.#listeners = takeOver(server)
    server.on('connection', (socket: Socket) => this.#accept(socket))
  }

  #accept(socket: Socket) {
    const peer = peerOf(this.#server.server, socket)
    if (peer === undefined) {
      socket.destroy()
      return
    }
    // A proxy connects for another client, whose address is not known yet.
    if (isProxy(this.#server, peer.ip)) return this.#handOver(socket)
    if (!this.#proxies?.sendsHeader(socket)) return this.#judge(socket, peer.ip ?? LOCAL)
    socket.on('error', ignore)
    this.#proxies.read(socket).then(
      client => (client === undefined ? socket.destroy() : this.#judge(socket, client.ip)),
      () => socket.destroy(),
    )
  }

  #judge(socket: Socket, ip: string): void {
    // A proxy that may say XCLIENT has not named its client yet.
    const proxy = this.#proxies?.mayUseXclient(ip) ?? false
    const refused = proxy ? undefined : this.#gateway().precheck(ip)
    if (refused) {
      if (this.#isPlain) replyAndClose(socket, formatReply(refused))
      else socket.destroy()
      return
    }
    this.#admit(socket, { ip, proxy }).then(
      isAdmitted => isAdmitted && this.#handOver(socket),
      () => socket.destroy(),
    )
  }

  /** Opens the session. @returns false when the client was refused */
  async #admit(socket: Socket, peer: { readonly ip: string; readonly proxy: boolean }): Promise<boolean> {
    socket.on('error', ignore)
    const slot = await this.#connections.takeSlot(peer.proxy ? undefined : peer.ip)
    if (slot === undefined) return refuse(socket, tooManySessions, this.#isPlain)
    const session = this.#gateway().open(peer)
    const decision = await session.connect()
    if (decision.reply.code < 400 && !socket.destroyed) {
      socket.once('close', this.#connections.admit(socket, this.#server, { session, decision, slot }))
      return true
    }
    session.close()
    slot.release()
    return refuse(socket, decision.reply, this.#isPlain)
  }

  #handOver(socket: Socket): void {
    for (const listener of this.#listeners) listener.call(this.#server.server, socket)
  }
}

/** Stays on the socket: smtp-server listens a turn later, and a reset in between would end the process. */
const ignore = (): void => undefined

function refuse(socket: Socket, reply: Reply, isPlain: boolean): false {
  if (!isPlain) socket.destroy()
  if (socket.destroyed) return false
  socket.end(`${formatReply(reply)}\r\n`, () => {
    // A client that waits for its turn has sent nothing, and can be closed. With unread bytes the system would reset
    // the connection and the reply would be lost: such a client may stay for a moment, as far as the socket's buffer
    // goes.
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
