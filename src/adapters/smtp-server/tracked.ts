/** What the adapter keeps of one client, and how the dialogue sees its connection. */
import type { Session } from '../../engine/session.ts'
import type { Decision } from '../../model/decision.ts'
import type { Tls } from '../../model/stage.ts'
import type { Occupant, SessionSlot } from '../../smtp/session-slots.ts'

/** One client: smtp-server's connection, our session, and the latest decision. */
export interface TrackedConnection {
  readonly wire: Wire
  /** The client's address; XCLIENT may change it. Undefined when it is not known: the client is refused. */
  ip: string | undefined
  session: Session | undefined
  decision: Decision | undefined
  /** What `protect` has decided already. */
  admitted: Admitted | undefined
  /** What is decided of the connection while smtp-server delays its greeting. */
  early?: Promise<Decision> | undefined
  /** The session slot; undefined when there was none left. */
  slot: SessionSlot | undefined
  /** The host's own `onData` has not called back yet: what it reads must stay. */
  delivering: boolean
  ended: boolean
}

/** A session that was opened before smtp-server saw the socket. */
export interface Admitted {
  readonly session: Session
  readonly decision: Decision
  readonly slot: SessionSlot
}

/** HELO or EHLO, as the client has said it. */
export interface Greeting {
  readonly helo: string
  readonly tls: Tls | undefined
}

/** One connection, as far as the dialogue needs to see and to end it. */
export interface Wire extends Occupant {
  /** The address of the client: a proxy may have changed it. Empty when it is not known. */
  readonly remoteAddress: string
  /** Whether the socket is closed, where nothing else tells so. */
  readonly isClosed: boolean
  /** Whether the client has sent something before the greeting. */
  readonly spokeEarly: boolean
  /** Whether the last command line was ASCII. */
  readonly isAscii: boolean
  /** The greeting, if the client has said one since the last call. */
  takeGreeting(): Greeting | undefined
  /** MAIL is about to be judged. */
  beginTransaction(): void
  /** Ends the time of a transaction. A delivered message resets the counts of errors and junk. */
  endTransaction(delivered: boolean): void
  /** Closes the connection after the next reply. */
  closeAfterReply(): void
  /** Sends one reply and closes the connection. */
  hangUp(code: number, text: string): void
  /** A handshake is over, on this socket. */
  secured(socket: object): void
  /** Closes the connection when it has taken too long. `elapsed` are the milliseconds since the last call. */
  checkTime(elapsed: number): void
}

/** What the wire needs from the session. */
export interface WireSession {
  /** HELO or RSET: the transaction is over. */
  readonly reset: () => void
  /** The reference that refusals carry; undefined before there is a session. */
  readonly ref: () => string | undefined
}
