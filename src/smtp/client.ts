/** Who is at the other end, as far as it is known, and the session in which this client is judged. */
import type { Session } from '../engine/session.ts'
import type { Tls } from '../model/stage.ts'
import type { Front } from './front.ts'

export class Client {
  readonly #front: Front
  /** Gives the session slot back. Undefined: there was none left. */
  #slot: (() => void) | undefined
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

  constructor(front: Front, ip: string, isTrustedProxy: boolean, slot: () => void) {
    this.#front = front
    this.#slot = slot
    this.ip = ip
    this.isTrustedProxy = isTrustedProxy
    this.session = front.gateway().open(isTrustedProxy ? { ip, proxy: true } : { ip })
  }

  /** A proxy has named another client. Returns false when there is no session slot for it. */
  change(ip: string | undefined, user: string | undefined): boolean {
    this.session.close()
    this.#slot?.()
    this.ip = ip
    this.user = user
    this.#slot = this.#front.slots.take(ip)
    this.session = this.#front.gateway().open(ip === undefined ? {} : { ip })
    return this.#slot !== undefined
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.session.close()
    this.#slot?.()
  }
}
