/** Every client that is here, and the one timer that looks at all of them. */
import type { Decision } from '../../core/decision.ts'
import type { Session } from '../../core/session.ts'
import type { Gateway } from '../../postern.ts'
import type { Limits } from './limits.ts'
import type { Connection, SMTPServer } from './types.ts'
import { type Wire, wire } from './wire.ts'

/** One client: smtp-server's connection, our session, and what was last decided. */
export interface Visit {
  readonly connection: Connection
  readonly wire: Wire
  /** Whose session it is; XCLIENT may change that. */
  ip: string
  session?: Session
  decision?: Decision
}

/** A session that was opened before smtp-server saw the socket. */
export interface Admitted {
  readonly session: Session
  readonly decision: Decision
}

export interface Visits {
  /** Takes hold of every connection of this server, also of those that are there already. */
  readonly attach: (server: SMTPServer) => void
  /** The visit of one of smtp-server's sessions. */
  readonly of: (session: object) => Visit | undefined
  /** Keeps a session for the connection that will follow from the same address and port. */
  readonly admit: (ip: string | undefined, port: number | undefined, admitted: Admitted) => () => void
  /** Takes such a session. */
  readonly admitted: (ip: string | undefined, port: number | undefined) => Admitted | undefined
  readonly leave: (session: object) => void
}

const SWEEP_MS = 1_000

/** A socket of the file system has no address: whoever may open it is this machine. */
const LOCAL = '127.0.0.1'

export function trackVisits(gateway: () => Gateway, limits: Limits): Visits {
  const attached = new WeakSet<SMTPServer>()
  const visits = new Map<object, Visit>()
  const waiting = new Map<string, Admitted>()
  const sweep = Math.max(20, Math.min(SWEEP_MS, limits.command / 4, limits.transaction / 4, limits.grace / 4))
  let swept: number | undefined

  const tick = (): void => {
    const { clock } = gateway().world
    const now = clock.monotonic()
    const elapsed = now - (swept ?? now)
    for (const visit of visits.values()) visit.wire.tick(elapsed)
    swept = visits.size > 0 ? now : undefined
    if (visits.size > 0) clock.after(sweep, tick)
  }
  const begin = (connection: Connection): void => {
    const visit: Visit = {
      connection,
      ip: connection.remoteAddress || LOCAL,
      wire: wire(connection, limits, gateway().world.clock, () => visit.session?.reset()),
    }
    visits.set(connection.session, visit)
    if (swept !== undefined) return
    const { clock } = gateway().world
    swept = clock.monotonic()
    clock.after(sweep, tick)
  }

  return {
    attach: server => {
      if (attached.has(server)) return
      attached.add(server)
      for (const connection of server.connections) begin(connection)
      // smtp-server puts a connection here before it reads from it, and tells nobody.
      const add = server.connections.add.bind(server.connections)
      server.connections.add = connection => {
        begin(connection)
        return add(connection)
      }
    },
    of: session => visits.get(session),
    admit: (ip, port, admitted) => {
      const key = `${ip} ${port}`
      waiting.set(key, admitted)
      return () => {
        if (waiting.delete(key)) admitted.session.close()
      }
    },
    admitted: (ip, port) => {
      const key = `${ip} ${port}`
      const found = waiting.get(key)
      waiting.delete(key)
      return found
    },
    leave: session => {
      visits.get(session)?.session?.close()
      visits.delete(session)
    },
  }
}
