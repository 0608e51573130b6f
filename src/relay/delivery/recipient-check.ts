/** Decides at RCPT whether a recipient receives mail here. */
import type { Reply } from '../../model/decision.ts'
import { errorText } from '../../model/errors.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { type HopAnswer, toReply } from './hop/answer.ts'
import type { RecipientAnswer } from './recipients/source.ts'
import type { RefusedRecipients } from './refused-recipients.ts'
import type { Routes } from './routes.ts'
import type { DeliveryServices, RecipientQuestion } from './types.ts'

const NOTICE_INTERVAL_MS = 60_000

export class RecipientCheck {
  readonly #routes: Routes
  readonly #refused: RefusedRecipients
  readonly #services: Pick<DeliveryServices, 'clock' | 'notify'>
  #noticedAt = Number.NEGATIVE_INFINITY
  /** Answers by result. */
  readonly counts = { known: 0, unknown: 0, deferred: 0, unavailable: 0 }

  constructor(routes: Routes, refused: RefusedRecipients, services: Pick<DeliveryServices, 'clock' | 'notify'>) {
    this.#routes = routes
    this.#refused = refused
    this.#services = services
  }

  /** Undefined: it receives mail. Never rejects. */
  async check(question: RecipientQuestion): Promise<Reply | undefined> {
    const { forwardPath, reversePath } = question
    const rewriter = this.#routes.rewrittenBy(forwardPath)?.srs
    if (rewriter !== undefined)
      return reversePath === '' && rewriter.reverse(forwardPath) !== undefined ? undefined : NO_BOUNCE
    const [refusal, answer] = await Promise.all([this.#refused.find(reversePath, forwardPath), this.#ask(question)])
    if (refusal !== undefined) return toReply(refusal)
    if (answer === undefined) return NO_ROUTE
    this.counts[answer.result] += 1
    switch (answer.result) {
      case 'known':
        return undefined
      case 'unknown':
      case 'deferred':
        return answer.reply
      case 'unavailable':
        this.#notice(answer.reason)
        return answer.isAccepted ? undefined : UNAVAILABLE
      default:
        return answer satisfies never
    }
  }

  /** False only for an address that does not exist. Never rejects. */
  async isKnown(question: RecipientQuestion): Promise<boolean> {
    // Whatever the sender is: the answer is remembered for the address, and a bounce may come next.
    const rewriter = this.#routes.rewrittenBy(question.forwardPath)?.srs
    if (rewriter !== undefined) return rewriter.reverse(question.forwardPath) !== undefined
    const answer = await this.#ask(question)
    return answer === undefined || answer.result !== 'unknown' || answer.forSender === true
  }

  /** A message was refused for this recipient: the next question about it need not be asked. */
  refused(forwardPath: string, answer: HopAnswer): void {
    const source = this.#routes.find(forwardPath)?.recipients
    source?.refused?.(addressKey(mailboxOf(forwardPath)), toReply(answer))
  }

  async #ask(question: RecipientQuestion): Promise<RecipientAnswer | undefined> {
    const route = this.#routes.find(question.forwardPath)
    const mailbox = mailboxOf(question.forwardPath)
    if (route === undefined) return undefined
    // RFC 5321 §4.5.1: <postmaster> without a domain is always a recipient.
    if (mailbox.domain === '' && mailbox.local.toLowerCase() === 'postmaster') return { result: 'known' }
    try {
      return await route.recipients.check({ ...question, address: addressKey(mailbox) })
    } catch (error) {
      return { result: 'unavailable', reason: errorText(error), isAccepted: false }
    }
  }

  #notice(reason: string): void {
    const { clock, notify } = this.#services
    if (clock.monotonic() - this.#noticedAt < NOTICE_INTERVAL_MS) return
    this.#noticedAt = clock.monotonic()
    notify({
      code: 'recipients/unavailable',
      reason: `it cannot be found out who receives mail: ${reason}`,
      level: 'warning',
    })
  }
}

const NO_ROUTE: Reply = { code: 550, status: '5.7.1', text: 'No mail for that domain is accepted here' }
/** A rewritten address takes bounces only: with another sender it would be a way to relay mail to anyone. */
const NO_BOUNCE: Reply = { code: 550, status: '5.1.1', text: 'No such user here' }
const UNAVAILABLE: Reply = { code: 451, status: '4.4.3', text: 'Recipients cannot be looked up now, try again later' }
