/** Recipients that the next hop knows: it is asked with MAIL and RCPT, and no message follows. */
import { toMilliseconds } from '../../../model/units.ts'
import { type HopAnswer, isDelivered, isRefused, toReply, unreachable } from '../hop/answer.ts'
import type { NextHop } from '../hop/next-hop.ts'
import type { RecipientProbeOptions } from '../types.ts'
import { type AddressQuestion, isAboutAddress, KNOWN, type RecipientAnswer, type RecipientSource } from './source.ts'

export class HopProbe implements RecipientSource {
  readonly name = 'next-hop'
  readonly #hop: NextHop
  readonly #usesNullSender: boolean
  readonly #timeoutMs: number
  readonly #isAcceptedUnanswered: boolean
  readonly #maxQuestions: number
  #questions = 0

  /**
   * The client's sender is used, because the hop's answer may depend on it: the null reverse-path is refused by some
   * for lists, and accepted by others that would refuse the sender.
   */
  constructor(hop: NextHop, { sender = 'client', timeout = '8s', unavailable = 'accept' }: RecipientProbeOptions = {}) {
    this.#hop = hop
    this.#usesNullSender = sender === 'null'
    this.#timeoutMs = toMilliseconds(timeout)
    this.#isAcceptedUnanswered = unavailable === 'accept'
    // Half of the connections stay free for messages, however many addresses are guessed.
    this.#maxQuestions = Math.max(1, Math.floor(hop.settings.maxConnections / 2))
  }

  async check({ forwardPath, reversePath, utf8 = false }: AddressQuestion): Promise<RecipientAnswer> {
    if (this.#hop.isAway && !this.#hop.mayTry) return { result: 'deferred', reply: toReply(unreachable) }
    if (this.#questions >= this.#maxQuestions) return this.#unanswered('too many questions at once')
    this.#questions += 1
    try {
      const question = { reversePath: this.#usesNullSender ? '' : reversePath, forwardPath, utf8 }
      const answer = await this.#hop.ask(question, this.#timeoutMs)
      if (answer !== undefined) return this.#read(answer)
      if (this.#hop.isAway) return { result: 'deferred', reply: toReply(unreachable) }
      return this.#unanswered('the next hop gave no answer in time')
    } finally {
      this.#questions -= 1
    }
  }

  close(): void {}

  #read(answer: HopAnswer): RecipientAnswer {
    if (isDelivered(answer)) return KNOWN
    const reply = toReply(answer)
    if (answer.isAboutUs || !isRefused(answer)) return { result: 'deferred', reply }
    return { result: 'unknown', reply, forSender: !isAboutAddress(reply) }
  }

  /** The message decides: the hop is asked again with it, and then has minutes to reply. */
  #unanswered(reason: string): RecipientAnswer {
    return { result: 'unavailable', reason, isAccepted: this.#isAcceptedUnanswered }
  }
}
