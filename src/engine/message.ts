/** The message of a transaction: received in one pass, judged for each recipient, held until the transaction ends. */
import type { Readable } from 'node:stream'
import type { LineEnds } from '../mime/decode/line-ends.ts'
import { type Decision, isFinal, type Outcome } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import type { Reader } from '../model/fact.ts'
import { defer, type Finding, reject } from '../model/finding.ts'
import type { HeaderFields } from '../model/header.ts'
import type { LoadMeter } from '../model/load.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import type { Header, Message, Transaction } from '../model/stage.ts'
import { combineRecipients } from '../policy/recipients.ts'
import { type Examiner, pointOf } from './examiner.ts'
import type { Judged } from './exempt.ts'
import { internalDecision, sessionEnded } from './internal-decisions.ts'
import { judge, repeatDecision } from './judge.ts'
import { isKnownSender } from './known.ts'
import { lineEndFinding } from './line-end-finding.ts'
import { outcomeForAll, outcomeOf } from './outcome.ts'
import { receive } from './receive.ts'
import type { Result } from './run.ts'
import { SafeReader } from './safe-reader.ts'
import { Scope } from './scope.ts'
import { Spool } from './spool.ts'

/** Sender and recipients of a message. */
export interface Envelope {
  readonly scope: Scope<Transaction>
  readonly recipients: ReadonlyMap<string, Scope>
}

export class ReceivedMessage {
  readonly #examiner: Examiner
  readonly #envelope: Envelope
  readonly #forwardPaths: readonly string[]
  readonly #spool: Spool
  #header: Scope<Header> | undefined
  #message: Scope<Message> | undefined
  #readers: readonly SafeReader[] = []

  constructor(examiner: Examiner, envelope: Envelope, load: LoadMeter) {
    const { memory, folder, budget } = examiner.setup
    this.#examiner = examiner
    this.#envelope = envelope
    this.#forwardPaths = [...envelope.recipients.keys()]
    this.#spool = new Spool({
      memory,
      folder,
      budget,
      isKnown: () => isKnownSender(envelope.scope),
      onSizeChange: bytes => load.adjust('spool', bytes),
    })
  }

  /** The innermost scope so far. */
  get scope(): Scope {
    return this.#message ?? this.#header ?? this.#envelope.scope
  }

  /** Reads the message and judges it. Never rejects. */
  async receive(content: Readable): Promise<Outcome> {
    try {
      return await this.#receive(content)
    } catch (error) {
      const reason = `the message could not be judged: ${errorText(error)}`
      return this.#fail(defer('4.3.0', reason, { rule: 'session/failed' }))
    }
  }

  /** The transaction is over: releases spool, facts and readers. */
  end(): void {
    for (const reader of this.#readers) reader.abort()
    this.#message?.end()
    this.#header?.end()
    // The file has no name any more: if closing it fails, nothing is left behind.
    this.#spool.close().catch(() => undefined)
  }

  async #receive(content: Readable): Promise<Outcome> {
    const { setup, ref } = this.#examiner
    const before = repeatDecision(setup, this.#envelope.scope.chain, { stage: 'message', ref })
    // A sender that was refused, and is allowed for a recipient, is judged by its message.
    const isAllowed = [...this.#envelope.recipients.values()].some(recipient => recipient.isAllowed)
    if (before !== undefined && !isAllowed) return this.#forAll(before)
    let atHeader: Decision | undefined
    const reception = await receive(content, {
      size: setup.size,
      spool: this.#spool,
      header: fields =>
        thenSync(this.#judgeHeader(fields), decision => {
          atHeader = decision
          return decision === undefined || isFinal(decision.verdict) ? undefined : this.#openReaders()
        }),
    })
    if (this.#envelope.scope.ended) return this.#forAll(sessionEnded('message', ref))
    switch (reception.kind) {
      case 'decided':
        return this.#forAll(atHeader ? { ...atHeader, stage: 'message' } : sessionEnded('message', ref))
      case 'too-large':
        return this.#fail(reject('5.3.4', `the message is larger than ${setup.size} bytes`, { rule: 'session/size' }))
      case 'lost':
        return this.#fail(
          defer('4.4.2', `the message broke off: ${errorText(reception.error)}`, { rule: 'session/lost' }),
        )
      case 'no-space':
        return this.#fail(defer('4.3.1', `the spool failed: ${errorText(reception.error)}`, { rule: 'session/spool' }))
      case 'complete':
        return this.#judgeMessage(reception.lines)
      default:
        return reception satisfies never
    }
  }

  /** Judges the header stage. It is refused where that is decided for every recipient. */
  #judgeHeader(header: HeaderFields): MaybePromise<Decision | undefined> {
    const fields = { forwardPaths: this.#forwardPaths, header }
    const scope = new Scope<Header>('header', this.#envelope.scope, fields)
    this.#header = scope
    const { setup, ref } = this.#examiner
    const at = { stage: 'header', ref } as const
    const areAlike = [...this.#envelope.recipients.values()].every(({ findings }) => findings.length === 0)
    const isForAll = ({ findings }: Judged): boolean => findings.every(({ recipients }) => recipients === undefined)
    const decide = (result: Result): Decision =>
      (areAlike && isForAll(result) && scope.chain.every(isForAll)
        ? undefined
        : combineRecipients(this.#judgeEach(scope, result).values())) ??
      judge(setup, [...scope.chain, result], pointOf(at, result))
    const examined = this.#examiner.runStage(scope, decide, ({ verdict }) => isFinal(verdict))
    return thenSync(examined, found => found && this.#examiner.announce(found.decision, scope))
  }

  #openReaders(): readonly Reader<unknown>[] {
    const view = this.#header?.view
    if (view === undefined) return []
    this.#readers = this.#examiner.setup.readings.map(reading => new SafeReader(reading, view))
    return this.#readers
  }

  #judgeMessage(lines: LineEnds): MaybePromise<Outcome> {
    const { setup } = this.#examiner
    const scope = new Scope<Message>('message', this.#header, {
      size: this.#spool.size,
      open: (start?: number) => this.#spool.open(start),
      copyTo: (target: Uint8Array, start?: number) => this.#spool.copyTo(target, start),
      counted: lines.body(),
    })
    this.#message = scope
    for (const reader of this.#readers) scope.provide(reader.reading, reader.answer())
    const broken = lineEndFinding(setup.lineEnds, lines)
    if (broken !== undefined) {
      const each = this.#judgeEach(scope, { findings: [broken], ended: broken })
      scope.note([broken])
      return this.#conclude(scope, each)
    }
    const isDecided = (each: Decisions): boolean => [...each.values()].every(({ verdict }) => isFinal(verdict))
    const examined = this.#examiner.runStage(scope, result => this.#judgeEach(scope, result), isDecided)
    return thenSync(examined, found =>
      found === undefined
        ? this.#forAll(sessionEnded('message', this.#examiner.ref))
        : this.#conclude(scope, found.decision),
    )
  }

  /** The decision for each recipient, at the header or the message. */
  #judgeEach(inside: Scope<Header>, result: Result): Decisions {
    const { setup, ref } = this.#examiner
    const outer = this.#envelope.scope.chain
    const inner = inside.chain.slice(outer.length)
    const at = pointOf({ stage: inside.stage, ref }, result)
    const each = new Map<string, Decision>()
    for (const [forwardPath, recipient] of this.#envelope.recipients)
      each.set(forwardPath, judge(setup, [...outer, recipient, ...inner, result], { ...at, forwardPath }))
    return each
  }

  #conclude(message: Scope<Message>, each: Decisions): Outcome {
    const { setup, ref } = this.#examiner
    const combined = combineRecipients(each.values()) ?? sessionEnded('message', ref)
    const decision = this.#examiner.announce(combined, message)
    return outcomeOf(setup, decision, each, message, this.#spool)
  }

  /** Ends the message with a decision of the engine. */
  #fail(finding: Finding): Outcome {
    const { scope } = this
    const found = scope.chain.flatMap(({ findings }) => findings)
    const decision = internalDecision('message', this.#examiner.ref, finding, found)
    return this.#forAll(this.#examiner.announce(decision, scope))
  }

  #forAll(decision: Decision): Outcome {
    return outcomeForAll(decision, this.#forwardPaths)
  }
}

type Decisions = ReadonlyMap<string, Decision>
