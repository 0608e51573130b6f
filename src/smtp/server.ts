/** An SMTP or LMTP server on `net.Server`: accepts sockets, holds what is allowed in all, and ends in good order. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Decision } from '../model/decision.ts'
import { type Place, Registry } from '../model/registry.ts'
import { warnOnThrow } from '../model/services.ts'
import { peerOf } from '../net/peer.ts'
import { replyAndClose } from '../net/reply-and-close.ts'
import { formatReply } from '../policy/reply.ts'
import { Client } from './client.ts'
import { Connection } from './connection.ts'
import { Evictable } from './evictable.ts'
import { compileFront, type Front } from './front.ts'
import { handshakeTime } from './limits.ts'
import { headerOf } from './proxies.ts'
import { replies } from './replies.ts'
import type { SessionSlot } from './session-slots.ts'
import { handshake } from './tls.ts'
import type { SmtpServerOptions } from './types.ts'

/** A server that was made with {@link smtpServer}. */
export interface SmtpServer {
  /** The listener: call its `listen`, or hand it sockets with `emit('connection', socket)`. */
  readonly server: Server
  /** The clients that are connected now. */
  readonly connections: number
  /**
   * Takes no more clients, lets those in a transaction finish it within `closeTimeout`, and ends the others with 421
   * (RFC 5321 §3.8). Settles when the last client has left.
   */
  close(): Promise<void>
}

/** A client that was turned away has this long to take the reply and to leave. */
const LINGER_MS = 1_000
/** A socket of the file system has no address: a program that may open it is on this machine. */
const LOCAL = '127.0.0.1'

/**
 * Makes a server. Each message that the gateway accepts is handed to `deliver`, and the client receives 250 only after
 * that has settled.
 *
 * @throws PosternError with all that is wrong with the options
 * @example
 * const { server } = smtpServer({ gateway, deliver: message => save(message.content.open(), message.recipients) })
 * server.listen(25)
 */
export function smtpServer(options: SmtpServerOptions): SmtpServer {
  const host = new ServerState(compileFront(options))
  return {
    server: host.server,
    get connections() {
      return host.connections.size
    },
    close: () => host.close(),
  }
}

class ServerState {
  readonly #front: Front
  readonly server: Server
  readonly connections = new Registry<Connection>()
  /** Sockets on which no dialogue has begun: a header, a handshake or a decision is awaited. */
  readonly #pending = new Registry<Socket>()
  /** When the timer ran last, in running time; undefined while it is off. */
  #swept: number | undefined
  #closing: Promise<void> | undefined
  #onLastLeft: (() => void) | undefined

  constructor(front: Front) {
    this.#front = front
    const accept = warnOnThrow('accepting a client', (socket: Socket) => this.#accept(socket))
    this.server = createServer({ allowHalfOpen: true }, accept)
  }

  #accept(socket: Socket): void {
    socket.on('error', ignore)
    const peer = peerOf(this.server, socket)
    // Whose address is not known is charged to no address, and never taken for this machine.
    if (peer === undefined) socket.destroy()
    else if (this.#closing !== undefined) this.#turnAway(socket, replies.shuttingDown)
    else if (peer.ip === undefined || !this.#front.sendsHeader(peer.ip)) this.#admit(socket, peer.ip ?? LOCAL)
    else this.#readHeader(socket, peer.ip)
  }

  /** A proxy says first for whom it speaks. */
  #readHeader(socket: Socket, proxy: string): void {
    this.#awaiting(socket, headerOf(socket, this.#front.clock), client => {
      if (client === undefined) socket.destroy()
      else this.#admit(socket, client === 'local' ? proxy : client.ip)
    })
  }

  /** The client's address is known: turns it away at the socket, or begins a session. */
  #admit(socket: Socket, ip: string): void {
    const front = this.#front
    // Who may send XCLIENT has not said yet who the client is.
    const isProxy = front.maySendXclient(ip)
    const refused = isProxy ? undefined : front.gateway().precheck(ip)
    if (refused !== undefined) {
      this.#dismiss(socket, formatReply(refused))
      return
    }
    const slot = front.slots.take(isProxy ? undefined : ip)
    const begin = (taken: SessionSlot | undefined): void => {
      if (taken === undefined) this.#turnAway(socket, replies.tooManySessions)
      else if (socket.destroyed) taken.release()
      else if (front.implicitTls) this.#secure(socket, new Client(front, ip, isProxy, taken))
      else this.#connect(socket, new Client(front, ip, isProxy, taken))
    }
    if (slot instanceof Promise) this.#awaiting(socket, slot, begin)
    else begin(slot)
  }

  #secure(socket: Socket, client: Client): void {
    const { tls, clock, limits } = this.#front
    const context = tls?.()
    const secure = context && handshake(socket, context, clock, handshakeTime(limits))
    if (secure === undefined) socket.destroy()
    this.#awaiting(socket, Promise.resolve(secure), made => {
      if (made === undefined) client.end()
      else this.#connect(made, client)
    })
  }

  #connect(socket: Socket, client: Client): void {
    const since = this.#front.clock.monotonic()
    const gone = (): void => client.end()
    socket.once('close', gone)
    this.#awaiting(socket, client.session.connect(), ({ reply }: Decision) => {
      socket.off('close', gone)
      if (socket.destroyed || reply.code >= 400) {
        client.end()
        this.#turnAway(socket, formatReply(reply))
        return
      }
      const connection = new Connection(this.#front, socket, client, () => this.#left(place))
      client.occupiedBy(new Evictable(connection, this.#front))
      const place = this.connections.add(connection)
      this.#beginSweep()
      connection.greet(reply, this.#front.greetDelay - (this.#front.clock.monotonic() - since))
    })
  }

  /** What fails here ends one socket. */
  #awaiting<T>(socket: Socket, work: Promise<T>, next: (value: T) => void): void {
    const place = this.#pending.add(socket)
    work.then(next).then(
      () => this.#pending.remove(place),
      () => {
        this.#pending.remove(place)
        socket.destroy()
      },
    )
  }

  #left(place: Place<Connection>): void {
    this.connections.remove(place)
    if (this.connections.size === 0) this.#onLastLeft?.()
  }

  #beginSweep(): void {
    if (this.#swept !== undefined) return
    const { clock, time, sweepMs } = this.#front
    this.#swept = time.now()
    clock.after(sweepMs, this.#sweep)
  }

  /** One timer looks at all clients. */
  readonly #sweep = (): void => {
    const { clock, time, sweepMs } = this.#front
    const now = time.now()
    const elapsed = now - (this.#swept ?? now)
    this.connections.walk(connection => this.#look(connection, now, elapsed))
    this.#relieve()
    this.#swept = this.connections.size > 0 ? now : undefined
    if (this.#swept !== undefined) clock.after(sweepMs, this.#sweep)
  }

  /** What fails for one client must not end the looking at the others. */
  readonly #look = warnOnThrow('the look at a client', (connection: Connection, now: number, elapsed: number): void => {
    connection.tick(now, elapsed)
    if (this.#closing !== undefined && connection.isIdle) connection.hangUp(replies.shuttingDown)
  })

  readonly #relieve = warnOnThrow('ending sessions to make room', () => this.#front.slots.relieve())

  /** For a client that is refused by its address: after the header of a proxy, bytes may be left that were not read. */
  #dismiss(socket: Socket, line: string): void {
    if (this.#front.implicitTls || socket.bytesRead > 0) this.#turnAway(socket, line)
    else replyAndClose(socket, line)
  }

  /** For a client that never gets a dialogue. Before a TLS handshake it would understand no reply. */
  #turnAway(socket: Socket, line: string): void {
    const { implicitTls, clock } = this.#front
    if (socket.destroyed) return
    if (implicitTls && !('encrypted' in socket)) return void socket.destroy()
    // Nothing was sent that could be lost: then there is nothing to wait for. With bytes that were not taken from the
    // system the connection would be reset, and the reply lost: so the client may stay for a moment.
    socket.end(`${line}\r\n`, 'latin1', () => {
      if (socket.bytesRead === 0) socket.destroy()
      else
        socket.once(
          'close',
          clock.after(LINGER_MS, () => socket.destroy()),
        )
    })
  }

  close(): Promise<void> {
    this.#closing ??= new Promise<void>(resolve => {
      const done = (): void => {
        cancelTimeout()
        resolve()
      }
      const { clock, closeTimeout } = this.#front
      const leave = (): void => {
        this.connections.walk(connection => connection.leave())
        done()
      }
      let cancelTimeout = clock.after(closeTimeout, () => {
        cancelTimeout = clock.after(LINGER_MS, leave)
        this.connections.walk(connection => connection.hangUp(replies.shuttingDown))
      })
      this.server.close()
      this.#pending.walk(socket => socket.destroy())
      this.#onLastLeft = done
      if (this.connections.size === 0) done()
      this.connections.walk(connection => {
        if (connection.isIdle) connection.hangUp(replies.shuttingDown)
      })
    })
    return this.#closing
  }
}

/** Stays on the socket: a reset at any time must not end the process. */
const ignore = (): void => undefined
