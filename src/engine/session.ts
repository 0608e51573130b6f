/** A session: SMTP verbs in, decisions out. Each verb opens a scope, and the examiner judges it. */
import type { Readable } from 'node:stream'
import { type Budget, budgetOf } from '../dns/budget.ts'
import type { Decision, Outcome } from '../model/decision.ts'
import type { DeliveryReport } from '../model/events.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import type { Services } from '../model/services.ts'
import type { Connection, Greeting, Recipient, Tls } from '../model/stage.ts'
import { addressOf, type Client } from './client.ts'
import type { CompiledGateway } from './compile.ts'
import { Examiner } from './examiner.ts'
import { badSequence, sessionEnded, tooLong, tooMany } from './internal-decisions.ts'
import { findForwarder } from './known-clients.ts'
import { ReceivedMessage } from './message.ts'
import { outcomeForAll } from './outcome.ts'
import { reference } from './reference.ts'
import { Scope } from './scope.ts'
import { SessionRecord } from './session-record.ts'
import { OpenTransaction } from './transaction.ts'
import type { HostReply, TransactionRecord } from './transaction-record.ts'
import { Turns } from './turns.ts'

/** What the client has sent with MAIL FROM beside the reverse-path. */
export interface MailDetails {
  /** The user who has authenticated. */
  readonly user?: string
  /** The client has requested SMTPUTF8. @default false */
  readonly utf8?: boolean
}

/** The verbs of SMTP. Each settles with the decision; none rejects. Calls are run one after another. */
export interface Session {
  /** The reference that stands in every reply and event of this session. */
  readonly ref: string
  /** How many transactions have begun: the number of the latest one in events. */
  readonly transactions: number
  /** The client has connected. Call it once, before every other verb. */
  connect(): Promise<Decision>
  /**
   * The client has sent bytes before the greeting, and the host noticed only after it had called `connect`. The
   * connection is judged again, with the facts that are known of it.
   */
  pregreet(): Promise<Decision>
  /**
   * HELO, EHLO or LHLO; again after STARTTLS. Ends the transaction. `name` is undefined where the host does not know
   * it, or where the client has not sent one.
   */
  helo(name: string | undefined, tls?: Tls): Promise<Decision>
  /** MAIL FROM. The reverse-path without angle brackets; '' is the null reverse-path. */
  mail(reversePath: string, details?: MailDetails): Promise<Decision>
  /** RCPT TO. The forward-path without angle brackets. */
  rcpt(forwardPath: string): Promise<Decision>
  /**
   * The host itself has refused a recipient that `rcpt` did not refuse: it leaves the transaction. `reply` is what the
   * host has replied.
   */
  removeRecipient(forwardPath: string, reply?: HostReply): void
  /** The host itself has refused a recipient, without calling `rcpt` for it: writes its event. */
  recipientRefused(forwardPath: string, reply: HostReply): void
  /** DATA. May settle before `content` is read to its end; then the host drains or destroys it. */
  data(content: Readable): Promise<Outcome>
  /** The name of the open transaction in the host's log, for its event. */
  setQueueId(id: string): void
  /**
   * What the host has sent in reply to the message, where that is not the reply of the outcome: the next hop's refusal,
   * for one. undefined: no reply, because the client has left. With a forward-path it is for that recipient alone
   * (LMTP). Call it before `reset`.
   */
  replied(reply: HostReply | undefined, forwardPath?: string): void
  /**
   * What became of the delivery to a recipient, for its event and the metrics. At any time, also after `close`;
   * `transaction` says which one it was. @default the latest
   */
  delivered(forwardPath: string, report: DeliveryReport, transaction?: number): void
  /** RSET, or the end of a transaction: releases what it holds, and writes its events. */
  reset(): void
  /** The connection is over. A second call does nothing. */
  close(): void
}

export class SmtpSession implements Session {
  readonly ref: string
  readonly #setup: CompiledGateway
  readonly #services: Services
  readonly #dns: Budget
  readonly #examiner: Examiner
  readonly #connection: Scope<Connection>
  readonly #openedAt: number
  readonly #turns = new Turns()
  readonly #record: SessionRecord | undefined
  transactions = 0
  #isConnected = false
  #isClosed = false
  #greeting: Scope<Greeting> | undefined
  #transaction: OpenTransaction | undefined

  /** @throws PosternError when the client has an address that cannot be read */
  constructor(gateway: CompiledGateway, client: Client, services: Services) {
    const { clock, callExternal, store, notify, load } = services
    const setup = client.overrides === undefined ? gateway : { ...gateway, ...client.overrides }
    const ip = addressOf(client)
    const ref = client.ref !== undefined && /^[0-9A-Za-z-]{1,32}$/.test(client.ref) ? client.ref : reference()
    const dns = budgetOf(services)
    this.ref = ref
    this.#setup = setup
    this.#services = services
    this.#dns = dns
    this.#openedAt = clock.monotonic()
    const { repliesItself: hostReplies = false } = client
    this.#record = setup.events && new SessionRecord(setup.events, { ref, ip, started: clock.now(), hostReplies })
    this.#examiner = new Examiner(setup, ref, clock)
    this.#connection = new Scope<Connection>('connect', undefined, {
      ip,
      client: client.proxy ? 'proxy' : setup.clients.kindOf(ip),
      ref,
      spokeEarly: client.spokeEarly ?? false,
      dns,
      clock,
      callExternal,
      store,
      notify,
      load,
    })
  }

  connect(): Promise<Decision> {
    return this.#turns.take(() => {
      if (this.#isClosed) return sessionEnded('connect', this.ref)
      if (this.#isConnected) return badSequence('connect', this.ref, 'the session is connected already')
      this.#isConnected = true
      const forwarder = findForwarder(this.#setup.clients, this.#connection)
      return thenSync(forwarder, () => this.#judgeConnection())
    })
  }

  pregreet(): Promise<Decision> {
    return this.#turns.take(() => {
      if (this.#isClosed) return sessionEnded('connect', this.ref)
      if (this.#greeting !== undefined) return badSequence('connect', this.ref, 'the session was greeted already')
      this.#isConnected = true
      this.#connection.extend({ spokeEarly: true })
      this.#connection.forgetFindings()
      return this.#judgeConnection()
    })
  }

  #judgeConnection(): MaybePromise<Decision> {
    return thenSync(this.#examiner.examine(this.#connection), decision => {
      this.#record?.connected(decision)
      return decision
    })
  }

  helo(name: string | undefined, tls?: Tls): Promise<Decision> {
    return this.#turns.take(() => {
      if (this.#isClosed) return sessionEnded('helo', this.ref)
      if (!this.#isConnected) return badSequence('helo', this.ref, 'HELO came before the connection was greeted')
      const refused = tooLong('helo', this.ref, name)
      if (refused !== undefined) return this.#examiner.announce(refused, this.#connection)
      this.reset()
      this.#greeting?.end()
      if (this.#setup.clients.greeted(this.#connection.view, name)) this.#connection.extend({ client: 'hidden' })
      const greeting = new Scope<Greeting>('helo', this.#connection, { helo: name, ...(tls && { tls }) })
      this.#greeting = greeting
      return thenSync(this.#examiner.examine(greeting), decision => {
        this.#record?.greeted(name, tls, decision)
        return decision
      })
    })
  }

  mail(reversePath: string, { user, utf8 = false }: MailDetails = {}): Promise<Decision> {
    return this.#turns.take(() => {
      if (this.#isClosed) return sessionEnded('mail', this.ref)
      const greeting = this.#greeting
      if (greeting === undefined) return badSequence('mail', this.ref, 'MAIL came before HELO')
      if (this.#transactionBeforeData() !== undefined)
        return badSequence('mail', this.ref, 'MAIL came inside a transaction')
      const refused = tooLong('mail', this.ref, reversePath)
      if (refused !== undefined) {
        this.#begin(reversePath, user)?.refusedAtMail(refused, greeting)
        return this.#examiner.announce(refused, greeting)
      }
      this.reset()
      this.#dns.renew()
      const record = this.#begin(reversePath, user)
      const fields = { reversePath, utf8, ...(user !== undefined && { user }) }
      const transaction = new OpenTransaction(greeting, fields, record)
      this.#transaction = transaction
      return thenSync(this.#examiner.examine(transaction.scope), decision => {
        record?.judged(decision)
        // A sender that the reply refuses has begun no transaction.
        if (decision.reply.code >= 400 && this.#transaction === transaction) this.reset()
        return decision
      })
    })
  }

  rcpt(forwardPath: string): Promise<Decision> {
    return this.#turns.take(() => {
      if (this.#isClosed) return sessionEnded('rcpt', this.ref)
      const transaction = this.#transactionBeforeData()
      if (transaction === undefined) return badSequence('rcpt', this.ref, 'RCPT came before MAIL')
      const { scope, recipients, record } = transaction
      const refused = tooLong('rcpt', this.ref, forwardPath) ?? tooMany(recipients.size, this.ref)
      if (refused !== undefined) {
        record?.refused(forwardPath, refused)
        return this.#examiner.announce(refused, scope)
      }
      const recipient = new Scope<Recipient>('rcpt', scope, { forwardPath, accepted: recipients.size })
      return thenSync(this.#examiner.examine(recipient, forwardPath), decision => {
        if (decision.reply.code < 400) {
          transaction.add(forwardPath, recipient)
          record?.accepted(forwardPath, decision)
        } else {
          recipient.end()
          record?.refused(forwardPath, decision)
        }
        return decision
      })
    })
  }

  removeRecipient(forwardPath: string, reply?: HostReply): void {
    const transaction = this.#transactionBeforeData()
    if (transaction?.remove(forwardPath)) transaction.record?.removed(forwardPath, reply)
  }

  recipientRefused(forwardPath: string, reply: HostReply): void {
    this.#transactionBeforeData()?.record?.refusedByHost(forwardPath, reply)
  }

  data(content: Readable): Promise<Outcome> {
    return this.#turns.take(async () => {
      if (this.#isClosed) return outcomeForAll(sessionEnded('message', this.ref), [])
      const transaction = this.#transactionBeforeData()
      if (transaction === undefined) return outcomeForAll(badSequence('message', this.ref, 'DATA came before MAIL'), [])
      if (transaction.recipients.size === 0)
        return outcomeForAll(badSequence('message', this.ref, 'DATA came without a recipient'), [])
      transaction.message = new ReceivedMessage(this.#examiner, transaction, this.#services.load)
      transaction.record?.receiving()
      const outcome = await transaction.message.receive(content)
      transaction.record?.concluded(outcome)
      return outcome
    })
  }

  setQueueId(id: string): void {
    const record = this.#transaction?.record
    if (record !== undefined) record.queueId = id
  }

  replied(reply: HostReply | undefined, forwardPath?: string): void {
    this.#transaction?.record?.replied(reply, forwardPath)
  }

  delivered(forwardPath: string, report: DeliveryReport, transaction = this.transactions): void {
    this.#setup.onDelivery({
      ...report,
      ref: this.ref,
      recipient: forwardPath,
      ...(transaction > 0 && { transaction }),
    })
  }

  reset(): void {
    this.#transaction?.end()
    this.#transaction = undefined
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.reset()
    this.#greeting?.end()
    for (const filter of this.#setup.filters) {
      try {
        filter.onClose?.(this.#connection.view)
      } catch {
        // As with `onDecision`: the session is over whatever a listener throws.
      }
    }
    this.#connection.end()
    const { timings } = this.#examiner
    const ms = this.#services.clock.monotonic() - this.#openedAt
    this.#setup.onSessionEnd(ms, timings)
    this.#record?.end(this.#connection.view.client, ms, timings)
  }

  #begin(reversePath: string, user: string | undefined): TransactionRecord | undefined {
    this.transactions += 1
    return this.#record?.transaction(reversePath, user, this.#services.clock)
  }

  /** The transaction that still takes recipients. */
  #transactionBeforeData(): OpenTransaction | undefined {
    return this.#transaction?.message === undefined ? this.#transaction : undefined
  }
}
