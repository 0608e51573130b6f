/** Tracks the clients of a server: their sessions, their slots, and one timer that checks the time of all of them. */
import type { Socket } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import { type Place, Registry } from '../../model/registry.ts'
import { RunningTime } from '../../model/running-time.ts'
import { warnOnThrow } from '../../model/services.ts'
import { canonical } from '../../net/address.ts'
import { isUnix } from '../../net/peer.ts'
import { handshakeTime, type Limits, type ServerLimits } from '../../smtp/limits.ts'
import { type SessionSlot, SessionSlots } from '../../smtp/session-slots.ts'
import { HandlersWire } from './handlers-wire.ts'
import { handOverSafely, limitHandshakes } from './handshake-timeout.ts'
import type { Admitted, TrackedConnection, Wire, WireSession } from './tracked.ts'
import type { Connection, SMTPServer, SMTPServerSession } from './types.ts'
import { describeMissing, missingMembers } from './version-check.ts'
import { LimitedWire } from './wire.ts'

const SWEEP_MS = 1_000

/** A socket of the file system has no address: its peer runs on this machine. */
export const LOCAL = '127.0.0.1'

/** The clients of all servers that share one set of handlers. */
export class Connections {
  readonly #gateway: () => Gateway
  readonly #limits: Limits
  readonly #slots: SessionSlots
  /** Each server, and whether its connections are seen by its private members (else by its handlers alone). */
  readonly #attached = new WeakMap<SMTPServer, boolean>()
  /** The client of smtp-server's session object; a property of the object costs less than a table. */
  readonly #ours = Symbol('postern')
  readonly #tracked = new Registry<Tracked>()
  /** Sessions of `protect`, by the socket or by the address and port of the client. */
  readonly #admitted = new Map<object | string, Admitted>()
  readonly #sweepMs: number
  /** What clients are judged by. */
  #runningTime: RunningTime | undefined
  /** When the timer ran last, in running time; undefined while it is off. */
  #swept: number | undefined

  constructor(gateway: () => Gateway, limits: Limits, { sessions }: ServerLimits = {}) {
    this.#gateway = gateway
    this.#limits = limits
    this.#sweepMs = Math.max(20, Math.min(SWEEP_MS, limits.command / 4, limits.transaction / 4, limits.grace / 4))
    this.#slots = new SessionSlots(sessions, {
      now: () => gateway().services.clock.monotonic(),
      notify: notice => gateway().services.notify(notice),
      load: () => gateway().services.load,
      isKnown: ip => gateway().isKnown(ip),
    })
  }

  /** Tracks every connection of this server, also those that exist already. @returns false when it did so before */
  attach(server: SMTPServer): boolean {
    if (this.#attached.has(server)) return false
    this.#follow(server)
    return true
  }

  #follow(server: SMTPServer): void {
    const missing = missingMembers(server)
    this.#attached.set(server, missing.length === 0)
    // smtp-server adds its own listener a turn of the event loop later, and a reset in between would end the process.
    server.server.prependListener('connection', (socket: Socket) => socket.on('error', () => undefined))
    if (missing.length > 0) {
      const reason = describeMissing(missing)
      this.#gateway().services.notify({ code: 'smtp-server/handlers-only', reason, level: 'warning' })
      // Replies carry their enhanced code already, and smtp-server would put a second one before it.
      server.options.hideENHANCEDSTATUSCODES = true
      return
    }
    for (const connection of server.connections) this.#watch(connection, server)
    // smtp-server lists a connection before it reads from it, and emits no event.
    const add = server.connections.add.bind(server.connections)
    server.connections.add = connection => {
      this.#watch(connection, server)
      return add(connection)
    }
    handOverSafely(server)
    limitHandshakes(
      server,
      () => handshakeTime(this.#limits),
      () => this.#gateway().services.clock,
    )
  }

  /** The client of one of smtp-server's sessions. */
  find(session: object): TrackedConnection | undefined {
    return this.#placeOf(session)?.item?.connection
  }

  #placeOf(session: object): Place<Tracked> | undefined {
    return (session as { readonly [ours: symbol]: Place<Tracked> | undefined })[this.#ours]
  }

  /** The same when the client has just connected: without private members its connection is seen here first. */
  connected(server: SMTPServer, session: SMTPServerSession): TrackedConnection | undefined {
    if (this.#attached.get(server) !== false) return this.find(session)
    const { remoteAddress, remotePort } = session
    return this.#add(session, {
      ip: remoteAddress || (isUnix(server.server) ? LOCAL : undefined),
      admittedAs: peerKey(remoteAddress, remotePort),
      wire: ours => new HandlersWire(server, session, ours),
    })
  }

  /** Keeps a session for the connection that follows on this socket. @returns gives it up again */
  admit(socket: Socket, server: SMTPServer, admitted: Admitted): () => void {
    const key = this.#attached.get(server) === false ? peerKey(socket.remoteAddress, socket.remotePort) : socket
    this.#admitted.set(key, admitted)
    return () => {
      if (this.#admitted.get(key) !== admitted) return
      this.#admitted.delete(key)
      admitted.session.close()
      admitted.slot.release()
    }
  }

  /** Takes a session slot for a client. @returns undefined when there is none left */
  takeSlot(ip: string | undefined): MaybePromise<SessionSlot | undefined> {
    return this.#slots.take(ip)
  }

  /** XCLIENT has named another client: its slot takes the place of the old one. */
  changeClient(tracked: TrackedConnection, ip: string): void {
    tracked.session?.close()
    tracked.slot?.release()
    tracked.ip = ip
    tracked.slot = this.#slots.takeNow(ip)
    if (tracked.slot !== undefined) tracked.slot.occupant = tracked.wire
  }

  /** The client has left. Its session ends now, or after the delivery that is under way. */
  disconnected(session: object): void {
    const place = this.#placeOf(session)
    const tracked = place?.item?.connection
    if (place === undefined || tracked === undefined) return
    this.#tracked.remove(place)
    tracked.ended = true
    if (!tracked.delivering) end(tracked)
  }

  /** The delivery that was under way is over. */
  delivered(tracked: TrackedConnection): void {
    tracked.delivering = false
    if (tracked.ended) end(tracked)
  }

  #watch(connection: Connection, { server }: SMTPServer): void {
    const { session } = connection
    const tracked = this.#add(session, {
      ip: connection.remoteAddress || (isUnix(server) ? LOCAL : undefined),
      admittedAs: acceptedSocket(connection._socket),
      wire: ours => {
        const { clock } = this.#gateway().services
        return new LimitedWire(connection, { limits: this.#limits, clock, time: this.#time }, ours)
      },
    })
    this.#judgeEarly(tracked)
    this.#startSweep()
  }

  /**
   * smtp-server waits 100 ms before its greeting. The connection is judged meanwhile, so that its DNS questions are
   * answered by then. What fails here is tried again at `onConnect`, which tells the client.
   */
  readonly #judgeEarly = warnOnThrow('judging a client at its socket', (tracked: TrackedConnection): void => {
    const { ip, slot, admitted } = tracked
    if (admitted !== undefined || slot === undefined || ip === undefined) return
    const session = this.#gateway().open({ ip })
    tracked.session = session
    tracked.early = session.connect()
    // A rejection is reported at `onConnect`; the client may leave before.
    tracked.early.catch(() => undefined)
  })

  #add(session: object, { ip, admittedAs, wire }: NewConnection): TrackedConnection {
    const admitted = this.#admitted.get(admittedAs)
    this.#admitted.delete(admittedAs)
    const tracked: TrackedConnection = {
      ip,
      wire: wire({ reset: () => tracked.session?.reset(), ref: () => tracked.session?.ref }),
      admitted,
      session: admitted?.session,
      decision: undefined,
      slot: admitted?.slot ?? (ip === undefined ? undefined : this.#slots.takeNow(ip)),
      delivering: false,
      ended: false,
    }
    if (tracked.slot !== undefined) tracked.slot.occupant = tracked.wire
    const place = this.#tracked.add({ session, connection: tracked })
    Object.defineProperty(session, this.#ours, { value: place })
    return tracked
  }

  #startSweep(): void {
    if (this.#swept !== undefined) return
    this.#swept = this.#time.now()
    this.#gateway().services.clock.after(this.#sweepMs, this.#sweep)
  }

  get #time(): RunningTime {
    this.#runningTime ??= new RunningTime(this.#gateway().services.clock, this.#sweepMs)
    return this.#runningTime
  }

  readonly #sweep = (): void => {
    const { clock } = this.#gateway().services
    const now = this.#time.now()
    const elapsed = now - (this.#swept ?? now)
    this.#tracked.walk(tracked => this.#check(tracked, elapsed))
    this.#relieve()
    this.#swept = this.#tracked.size > 0 ? now : undefined
    if (this.#tracked.size > 0) clock.after(this.#sweepMs, this.#sweep)
  }

  readonly #relieve = warnOnThrow('ending sessions to make room', () => this.#slots.relieve())

  /** An error at one client must not end the checks of the others. */
  readonly #check = warnOnThrow(
    'checking the time of a client',
    ({ session, connection }: Tracked, elapsed: number) => {
      // A socket that was closed before smtp-server listened to it emits nothing.
      if (connection.wire.isClosed) this.disconnected(session)
      else connection.wire.checkTime(elapsed)
    },
  )
}

/** One of smtp-server's sessions, and its client. */
interface Tracked {
  readonly session: object
  readonly connection: TrackedConnection
}

interface NewConnection {
  readonly ip: string | undefined
  readonly admittedAs: object | string
  readonly wire: (session: WireSession) => Wire
}

/** What is not referred to any more is collected while it is young, though smtp-server's objects may be old. */
function end(tracked: TrackedConnection): void {
  const { session, slot } = tracked
  tracked.session = undefined
  tracked.decision = undefined
  tracked.slot = undefined
  session?.close()
  slot?.release()
}

/** The socket that was accepted: a handshake puts another on top. */
const acceptedSocket = (socket: Socket & { readonly _parent?: Socket | null }): Socket => socket._parent ?? socket

/** smtp-server writes addresses in its own form. */
const peerKey = (address: string | undefined, port: number | undefined): string =>
  `${canonical(address ?? '') ?? address} ${port}`
