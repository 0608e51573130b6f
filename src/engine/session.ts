/** A session: SMTP verbs in, decisions out. Each verb opens a scope, and the examiner judges it. */
import type { Readable } from 'node:stream'
import { type Budget, budgetOf } from '../dns/budget.ts'
import type { Decision, Outcome } from '../model/decision.ts'
import { thenSync } from '../model/maybe-promise.ts'
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
import { SessionLog } from './session-log.ts'
import { OpenTransaction } from './transaction.ts'
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
  /** The reference that stands in every reply and log entry of this session. */
  readonly ref: string
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
  /** The host itself has refused a recipient that `rcpt` did not refuse: it leaves the transaction. */
  removeRecipient(forwardPath: string): void
  /** DATA. May settle before `content` is read to its end; then the host drains or destroys it. */
  data(content: Readable): Promise<Outcome>
  /** RSET, or the end of a transaction: releases what it holds. */
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
    const log = setup.log === undefined ? undefined : new SessionLog(ref, ip, clock.now())
    this.#examiner = new Examiner(setup, ref, clock, log)
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
      return thenSync(forwarder, () => this.#examiner.examine(this.#connection))
    })
  }

  pregreet(): Promise<Decision> {
    return this.#turns.take(() => {
      if (this.#isClosed) return sessionEnded('connect', this.ref)
      if (this.#greeting !== undefined) return badSequence('connect', this.ref, 'the session was greeted already')
      this.#isConnected = true
      this.#connection.extend({ spokeEarly: true })
      this.#connection.forgetFindings()
      return this.#examiner.examine(this.#connection)
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
      this.#examiner.log?.helo(name, tls)
      if (this.#setup.clients.greeted(this.#connection.view, name)) this.#connection.extend({ client: 'hidden' })
      const greeting = new Scope<Greeting>('helo', this.#connection, { helo: name, ...(tls && { tls }) })
      this.#greeting = greeting
      return this.#examiner.examine(greeting)
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
      if (refused !== undefined) return this.#examiner.announce(refused, greeting)
      this.reset()
      this.#dns.renew()
      this.#examiner.log?.mail(reversePath, user)
      const transaction = new OpenTransaction(greeting, { reversePath, utf8, ...(user !== undefined && { user }) })
      this.#transaction = transaction
      return thenSync(this.#examiner.examine(transaction.scope), decision => {
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
      const { scope, recipients } = transaction
      const refused = tooLong('rcpt', this.ref, forwardPath) ?? tooMany(recipients.size, this.ref)
      if (refused !== undefined) return this.#examiner.announce(refused, scope, forwardPath)
      const recipient = new Scope<Recipient>('rcpt', scope, { forwardPath, accepted: recipients.size })
      return thenSync(this.#examiner.examine(recipient, forwardPath), decision => {
        if (decision.reply.code < 400) {
          transaction.add(forwardPath, recipient)
          this.#examiner.log?.rcpt(forwardPath)
        } else recipient.end()
        return decision
      })
    })
  }

  removeRecipient(forwardPath: string): void {
    if (this.#transactionBeforeData()?.remove(forwardPath)) this.#examiner.log?.removeRecipient(forwardPath)
  }

  data(content: Readable): Promise<Outcome> {
    return this.#turns.take(async () => {
      if (this.#isClosed) return outcomeForAll(sessionEnded('message', this.ref), [])
      const transaction = this.#transactionBeforeData()
      if (transaction === undefined) return outcomeForAll(badSequence('message', this.ref, 'DATA came before MAIL'), [])
      if (transaction.recipients.size === 0)
        return outcomeForAll(badSequence('message', this.ref, 'DATA came without a recipient'), [])
      transaction.message = new ReceivedMessage(this.#examiner, transaction, this.#services.load)
      const outcome = await transaction.message.receive(content)
      this.#examiner.log?.outcome(outcome)
      return outcome
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
    const { log, timings } = this.#examiner
    const ms = this.#services.clock.monotonic() - this.#openedAt
    this.#setup.onSessionEnd(ms, timings)
    if (log !== undefined) this.#setup.log?.(log.entry(ms, timings))
  }

  /** The transaction that still takes recipients. */
  #transactionBeforeData(): OpenTransaction | undefined {
    return this.#transaction?.message === undefined ? this.#transaction : undefined
  }
}
