/** A try at a host that ended without an answer to the message. */
import { errorText } from '../../../model/errors.ts'
import type { HopAnswer } from './answer.ts'

export class HopFailure extends Error {
  /** What the client is replied if no other host takes the message. */
  readonly answer: HopAnswer
  /**
   * - `host`: it cannot be reached, does not greet us, or offers no TLS that can be trusted. It is left alone for a
   *   while.
   * - `connection`: it broke before MAIL was answered. Nothing of the message was sent, so another try is safe.
   * - `message`: it broke later. The sender may have caused that, so no further host is tried with the same message.
   * - `us`: we have no descriptor or no connection left.
   */
  readonly kind: 'host' | 'connection' | 'message' | 'us'

  constructor(kind: HopFailure['kind'], answer: HopAnswer, cause?: unknown) {
    super(cause === undefined ? answer.text : errorText(cause))
    this.kind = kind
    this.answer = answer
  }
}
