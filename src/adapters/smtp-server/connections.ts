/** Every client that is here, and the one timer that looks at all of them. */
import type { Socket } from 'node:net'
import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision } from '../../model/decision.ts'
import { warnOnThrow } from '../../model/services.ts'
import { isUnix } from '../../net/peer.ts'
import { handshakeTime, type Limits, type ServerLimits } from '../../smtp/limits.ts'
import { sessionSlots } from '../../smtp/session-slots.ts'
import { handOnSafely, limitHandshakes } from './handshake-timeout.ts'
import type { Connection, SMTPServer } from './types.ts'
import { type Wire, wire } from './wire.ts'

/** One client: smtp-server's connection, our session, and what was last decided. */
export interface TrackedConnection {
  readonly connection: Connection
  readonly wire: Wire
  /** Whose session it is; XCLIENT may change that. Undefined when it is not known: the client is refused. */
  ip: string | undefined
  session?: Session
  decision?: Decision
  /** What `protect` has decided already. */
  admitted: Admitted | undefined
  /** Gives its place back; undefined when there was none left for it. */
  slot: (() => void) | undefined
  /** The host's own `onData` has not called back yet: what it reads must stay. */
  delivering: boolean
  ended: boolean
}

/** A session that was opened before smtp-server saw the socket. */
export interface Admitted {
  readonly session: Session
  readonly decision: Decision
  readonly slot: () => void
}

export interface Connections {
  /** Takes hold of every connection of this server, also of those that are there already. */
  readonly attach: (server: SMTPServer) => void
  /** The visit of one of smtp-server's sessions. */
  readonly of: (session: object) => TrackedConnection | undefined
  /** Keeps a session for the connection that will follow on this socket. */
  readonly admit: (socket: Socket, admitted: Admitted) => () => void
  /** Takes a place for a client, and returns how to give it back; undefined when there is none left for it. */
  readonly place: (ip: string | undefined) => (() => void) | undefined
  /** Takes the place of another client: XCLIENT has said who it is. */
  readonly move: (visit: TrackedConnection, ip: string) => void
  /** The client is gone. Its session ends with it, or with the delivery that is under way. */
  readonly leave: (session: object) => void
  /** The delivery that was under way is over. */
  readonly delivered: (visit: TrackedConnection) => void
}

const SWEEP_MS = 1_000

/** A socket of the file system has no address: whoever may open it is this machine. */
export const LOCAL = '127.0.0.1'

export function trackConnections(gateway: () => Gateway, limits: Limits, { sessions }: ServerLimits = {}): Connections {
  const attached = new WeakSet<SMTPServer>()
  const visits = new Map<object, TrackedConnection>()
  const waiting = new Map<object, Admitted>()
  const sweep = Math.max(20, Math.min(SWEEP_MS, limits.command / 4, limits.transaction / 4, limits.grace / 4))
  const places = sessionSlots(sessions, {
    now: () => gateway().services.clock.monotonic(),
    notify: notice => gateway().services.notify(notice),
    load: () => gateway().services.load,
  })
  let swept: number | undefined

  const tick = (): void => {
    const { clock } = gateway().services
    const now = clock.monotonic()
    // A timer that rings late was held up by ourselves: what the client has sent meanwhile is not counted yet.
    const elapsed = Math.min(now - (swept ?? now), 2 * sweep)
    for (const visit of visits.values()) look(visit, elapsed)
    swept = visits.size > 0 ? now : undefined
    if (visits.size > 0) clock.after(sweep, tick)
  }
  /** What fails for one client must not end the looking at the others. */
  const look = warnOnThrow('the look at a client', (visit: TrackedConnection, elapsed: number): void => {
    // A socket that was gone before smtp-server began to listen to it tells nobody.
    if (visit.connection._socket.closed) leave(visit.connection.session)
    else visit.wire.tick(elapsed)
  })
  const begin = (connection: Connection, { server }: SMTPServer): void => {
    const key = below(connection._socket)
    const ip = connection.remoteAddress || (isUnix(server) ? LOCAL : undefined)
    const admitted = waiting.get(key)
    waiting.delete(key)
    const visit: TrackedConnection = {
      connection,
      ip,
      wire: wire(connection, limits, gateway().services.clock, {
        reset: () => visit.session?.reset(),
        ref: () => visit.session?.ref,
      }),
      admitted,
      slot: admitted?.slot ?? (ip === undefined ? undefined : places.take(ip)),
      delivering: false,
      ended: false,
    }
    if (admitted) visit.session = admitted.session
    visits.set(connection.session, visit)
    if (swept !== undefined) return
    const { clock } = gateway().services
    swept = clock.monotonic()
    clock.after(sweep, tick)
  }
  const end = ({ session, slot }: TrackedConnection): void => {
    session?.close()
    slot?.()
  }
  const leave = (session: object): void => {
    const visit = visits.get(session)
    if (visit === undefined) return
    visits.delete(session)
    visit.ended = true
    if (!visit.delivering) end(visit)
  }

  return {
    attach: server => {
      if (attached.has(server)) return
      attached.add(server)
      for (const connection of server.connections) begin(connection, server)
      // smtp-server puts a connection here before it reads from it, and tells nobody.
      const add = server.connections.add.bind(server.connections)
      server.connections.add = connection => {
        begin(connection, server)
        return add(connection)
      }
      // It listens to a socket a turn of the loop after it has it, and a reset in between would end the process.
      server.server.prependListener('connection', (socket: Socket) => socket.on('error', () => undefined))
      handOnSafely(server)
      limitHandshakes(
        server,
        () => handshakeTime(limits),
        () => gateway().services.clock,
      )
    },
    of: session => visits.get(session),
    admit: (key, admitted) => {
      waiting.set(key, admitted)
      return () => {
        if (waiting.get(key) !== admitted) return
        waiting.delete(key)
        admitted.session.close()
        admitted.slot()
      }
    },
    place: places.take,
    move: (visit, ip) => {
      visit.session?.close()
      visit.slot?.()
      visit.ip = ip
      visit.slot = places.take(ip)
    },
    leave,
    delivered: visit => {
      visit.delivering = false
      if (visit.ended) end(visit)
    },
  }
}

/** What was accepted: a handshake puts a socket on top. */
const below = (socket: Socket & { readonly _parent?: Socket | null }): Socket => socket._parent ?? socket
