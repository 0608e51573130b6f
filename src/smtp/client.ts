/** Who is at the other end, as far as it is known, and the session in which this client is judged. */
import type { Session } from '../engine/session.ts'
import type { Tls } from '../model/stage.ts'
import type { Front } from './front.ts'
import type { Occupant, SessionSlot } from './session-slots.ts'

export class Client {
  readonly #front: Front
  /** Undefined: there was none left. */
  #slot: SessionSlot | undefined
  #hasEnded = false
  session: Session
  /** Undefined when a proxy does not know it. */
  ip: string | undefined
  /** The program that opened the socket may send XCLIENT. */
  readonly isTrustedProxy: boolean
  tls: Tls | undefined
  helo = ''
  /** The greeting was EHLO or LHLO. */
  extended = false
  /** Who has authenticated, as a trusted proxy says. */
  user: string | undefined

  constructor(front: Front, ip: string, isTrustedProxy: boolean, slot: SessionSlot) {
    this.#front = front
    this.#slot = slot
    this.ip = ip
    this.isTrustedProxy = isTrustedProxy
    this.session = front.gateway().open(isTrustedProxy ? { ip, proxy: true } : { ip })
  }

  /** A proxy has named another client. Returns false when there is no session slot for it. */
  change(ip: string | undefined, user: string | undefined): boolean {
    const occupant = this.#slot?.occupant
    this.session.close()
    this.#slot?.release()
    this.ip = ip
    this.user = user
    this.#slot = this.#front.slots.takeNow(ip)
    if (occupant !== undefined) this.occupiedBy(occupant)
    this.session = this.#front.gateway().open(ip === undefined ? {} : { ip })
    return this.#slot !== undefined
  }

  /** The dialogue has begun: it may be ended to make room for another client. */
  occupiedBy(occupant: Occupant): void {
    if (this.#slot !== undefined) this.#slot.occupant = occupant
  }

  /** A message was delivered. */
  delivered(): void {
    this.#slot?.delivered()
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.session.close()
    this.#slot?.release()
  }
}
