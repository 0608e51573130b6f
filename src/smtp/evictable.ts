/** A connection that may be ended to make room for another client. */
import { warnOnThrow } from '../model/services.ts'
import type { Connection } from './connection.ts'
import type { Front } from './front.ts'
import { replies } from './replies.ts'
import type { Occupant } from './session-slots.ts'

/** Milliseconds until the socket and the file of the ended session are released: the client may read the reply. */
const LINGER_MS = 200

export class Evictable implements Occupant {
  readonly #connection: Connection
  readonly #front: Front

  constructor(connection: Connection, front: Front) {
    this.#connection = connection
    this.#front = front
  }

  overdue(): number | undefined {
    const { isWaiting, counters } = this.#connection
    return isWaiting ? counters.pace.overdue(this.#front.time.now()) : undefined
  }

  evict(): void {
    this.#connection.hangUp(replies.evicted)
    this.#front.clock.after(LINGER_MS, warnOnThrow('ending a session', this.#connection.leave))
  }
}
