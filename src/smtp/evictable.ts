/** A connection that may be ended to make room for another client. */
import { type Clock, warnOnThrow } from '../model/services.ts'
import type { Connection } from './connection.ts'
import { replies } from './replies.ts'
import type { Occupant } from './session-slots.ts'

/** Milliseconds until the socket and the file of the ended session are released: the client may read the reply. */
const LINGER_MS = 200

export class Evictable implements Occupant {
  readonly #connection: Connection
  readonly #clock: Clock

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
  }

  overdue(now: number): number | undefined {
    const { isWaiting, counters } = this.#connection
    return isWaiting ? counters.pace.overdue(now) : undefined
  }

  evict(): void {
    this.#connection.hangUp(replies.evicted)
    this.#clock.after(LINGER_MS, warnOnThrow('ending a session', this.#connection.leave))
  }
}
