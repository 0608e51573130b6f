/** Writes the events of one transaction: a recipient that is refused at once, the others when it ends. */
import type { Decision, Outcome } from '../model/decision.ts'
import type { SentReply } from '../model/events.ts'
import { type Finding, roundScore, type Verdict } from '../model/finding.ts'
import type { Clock } from '../model/services.ts'
import { cut, decided, type EventStream, findingEntries, rounded, sentReply } from './events.ts'
import { messageFacts } from './message-facts.ts'
import type { Scope } from './scope.ts'

/** What is known of a session when it begins. */
export interface SessionFacts {
  readonly ref: string
  readonly ip: string | undefined
  /** Milliseconds since 1970. */
  readonly started: number
  /** The host writes positive replies in its own words. */
  readonly hostReplies: boolean
}

/** What is known of a transaction when it begins. */
export interface TransactionStart {
  /** Which one of its session, from 1. */
  readonly number: number
  readonly reversePath: string
  readonly user: string | undefined
  readonly clock: Clock
}

/** A reply as a host reports it; the enhanced status is part of the text where the host has them in one. */
export interface HostReply {
  /** The reply code, such as 550. */
  readonly code: number
  /** The enhanced status code. @default read from the beginning of `text` */
  readonly status?: string
  /** The text after the codes. */
  readonly text: string
}

/** The host has reported that no reply was sent, or one in words that it does not tell. */
const NO_REPLY = Symbol('no reply')
type Reported = SentReply | typeof NO_REPLY

export class TransactionRecord {
  readonly number: number
  readonly #stream: EventStream
  readonly #session: SessionFacts
  readonly #start: TransactionStart
  /** Milliseconds since 1970, and of the clock that never jumps. */
  readonly #started: number
  readonly #since: number
  /** The decision at RCPT for each recipient that was accepted there. */
  readonly #accepted = new Map<string, Decision>()
  #refused = 0
  #isOver = false
  #mail: Decision | undefined
  #isReceiving = false
  #outcome: Outcome | undefined
  #queueId: string | undefined
  #replied: Reported | undefined
  #repliedTo: Map<string, Reported> | undefined

  constructor(stream: EventStream, session: SessionFacts, start: TransactionStart) {
    this.number = start.number
    this.#stream = stream
    this.#session = session
    this.#start = start
    this.#started = start.clock.now()
    this.#since = start.clock.monotonic()
  }

  /** MAIL was judged. */
  judged(decision: Decision): void {
    this.#mail = decision
  }

  /** No transaction comes of it. */
  refusedAtMail(decision: Decision, greeting: Scope): void {
    this.judged(decision)
    this.end(greeting, decision.findings)
  }

  /** A recipient was refused at RCPT. */
  refused(forwardPath: string, decision: Decision): void {
    // The client has left while it was judged: no reply was sent.
    if (this.#isOver) return
    this.#refused += 1
    this.#recipient(forwardPath, 'rcpt', decision, this.#replyOf(decision))
  }

  /** The host has refused a recipient that it did not ask about. */
  refusedByHost(forwardPath: string, reply: HostReply): void {
    if (this.#isOver || this.#mail === undefined) return
    this.#refused += 1
    this.#recipient(forwardPath, 'rcpt', { ...this.#mail, verdict: verdictOf(reply) }, hostReply(reply))
  }

  accepted(forwardPath: string, decision: Decision): void {
    this.#accepted.set(forwardPath, decision)
  }

  /** The host has refused a recipient that was accepted here, with this reply if it says so. */
  removed(forwardPath: string, reply: HostReply | undefined): void {
    const decision = this.#accepted.get(forwardPath)
    if (decision === undefined) return
    this.#accepted.delete(forwardPath)
    this.#refused += 1
    this.#recipient(
      forwardPath,
      'rcpt',
      { ...decision, verdict: verdictOf(reply) },
      reply ? hostReply(reply) : NO_REPLY,
    )
  }

  /** DATA has begun. */
  receiving(): void {
    this.#isReceiving = true
  }

  concluded(outcome: Outcome): void {
    this.#outcome = outcome
  }

  /** The host's name of the transaction. */
  set queueId(id: string) {
    this.#queueId = cut(id)
  }

  /** What the host has sent in reply to the message; undefined: nothing, or words that it does not tell. */
  replied(reply: HostReply | undefined, forwardPath?: string): void {
    const reported = reply === undefined ? NO_REPLY : hostReply(reply)
    if (forwardPath === undefined) this.#replied = reported
    else {
      this.#repliedTo ??= new Map()
      this.#repliedTo.set(forwardPath, reported)
    }
  }

  /** The transaction is over. `scope` is the innermost one: its facts are still known. */
  end(scope: Scope, mailFindings: readonly Finding[]): void {
    this.#isOver = true
    const outcome = this.#outcome ?? (this.#isReceiving ? givenUp(this.#mail) : undefined)
    const last = outcome ?? this.#mail
    const { ref } = this.#session
    const { number, reversePath, user, clock } = this.#start
    const reply = outcome ? this.#replyTo(outcome) : last && this.#replyOf(last)
    this.#stream.write({
      type: 'transaction',
      ref,
      transaction: number,
      reversePath: cut(reversePath),
      ...(user !== undefined && { user: cut(user) }),
      started: this.#started,
      ms: rounded(clock.monotonic() - this.#since),
      ...decided(last ?? { verdict: 'accept', score: 0 }),
      findings: findingEntries(mailFindings),
      ...(reply !== undefined && reply !== NO_REPLY && { reply }),
      accepted: this.#accepted.size,
      refused: this.#refused,
      ...(this.#queueId !== undefined && { queueId: this.#queueId }),
      ...messageFacts(scope, this.#stream.privacy),
    })
    for (const [path, atRcpt] of this.#accepted) {
      const decision = outcome ? (outcome.each.get(path) ?? outcome) : atRcpt
      const sent = outcome ? this.#replyTo(decision, path) : this.#replyOf(decision)
      this.#recipient(path, outcome ? 'message' : 'rcpt', decision, sent)
    }
  }

  #recipient(path: string, stage: 'rcpt' | 'message', decision: Decision, reply: Reported): void {
    const { ref, ip } = this.#session
    this.#stream.write({
      type: 'recipient',
      ref,
      transaction: this.number,
      ip: ip ?? null,
      reversePath: cut(this.#start.reversePath),
      recipient: cut(path),
      stage,
      ...decided(decision),
      findings: findingEntries(decision.findings),
      ...(reply !== NO_REPLY && { reply }),
    })
  }

  /** The reply to the message. */
  #replyTo(decision: Decision, forwardPath?: string): Reported {
    const own = forwardPath === undefined ? undefined : this.#repliedTo?.get(forwardPath)
    const reported = own ?? this.#replied
    if (reported !== undefined) return reported
    return decision === this.#outcome || this.#outcome !== undefined ? this.#replyOf(decision) : NO_REPLY
  }

  #replyOf({ reply, findings }: Decision): Reported {
    if (this.#session.hostReplies && reply.code < 400) return NO_REPLY
    // The connection is gone: nothing was sent.
    if (findings.some(({ rule }) => rule === LOST)) return NO_REPLY
    return sentReply(reply)
  }
}

const verdictOf = (reply: HostReply | undefined): Verdict =>
  reply !== undefined && reply.code < 500 ? 'defer' : 'reject'

const LOST = 'session/lost'

/** The client has left, or has sent RSET, in the middle of its message. */
function givenUp(mail: Decision | undefined): Outcome {
  const reason = 'the client left, or gave the message up, before it was answered'
  const finding: Finding = { rule: LOST, reason, verdict: 'defer', status: '4.4.2' }
  const findings = [...(mail?.findings ?? []), finding]
  return {
    stage: 'message',
    verdict: 'defer',
    score: roundScore(mail?.score ?? 0),
    findings,
    reply: { code: 451, status: '4.4.2', text: '' },
    each: new Map(),
    trace: [],
    forged: [],
  }
}

const STATUS = /^([245]\.\d{1,3}\.\d{1,3}) (.*)$/s

/** Hosts such as smtp-server have the enhanced status in the text. */
export function hostReply({ code, status, text }: HostReply): SentReply {
  const [, found = '', rest = text] = status === undefined ? (STATUS.exec(text) ?? []) : []
  return sentReply({ code, status: status ?? found, text: rest })
}
