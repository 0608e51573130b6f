/** A session: SMTP's own verbs in, decisions out. State lives in levels that end with what they belong to. */
import type { Readable } from 'node:stream'
import { budgetOf } from '../dns/budget.ts'
import { type Decision, isFinal, type Outcome } from '../model/decision.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import type { Services } from '../model/services.ts'
import type { Connection, Greeting, Recipient, Stage, Tls, Transaction } from '../model/stage.ts'
import { addressOf, type Client } from './client.ts'
import type { CompiledGateway } from './compiled.ts'
import {
  badSequence,
  decidedBy,
  isAllowedLevel,
  judge,
  type Level,
  level,
  note,
  repeatDecision,
  sessionEnded,
  tooLong,
  tooMany,
} from './judge.ts'
import { findForwarder } from './known-clients.ts'
import { type Delivery, deliver } from './message.ts'
import { reference } from './reference.ts'
import { type FilterTimings, run } from './run.ts'
import { openScope } from './scope.ts'
import { sessionLog } from './session-log.ts'

/** What the client said with MAIL FROM. */
export interface MailDetails {
  /** Who has authenticated. */
  readonly user?: string
  /** SMTPUTF8 was asked for. @default false */
  readonly utf8?: boolean
}

/** The verbs of SMTP. Each settles with what to say; none rejects. Calls are taken one after another. */
export interface Session {
  readonly ref: string
  connect(): Promise<Decision>
  /**
   * The client spoke before it was greeted, as a host learnt that had said `connect` by then. The connection is judged
   * again, with the facts that are known of it.
   */
  pregreet(): Promise<Decision>
  /**
   * HELO, EHLO or LHLO; again after STARTTLS. Begins afresh what was not yet said about the connection itself. The name is
   * undefined where the host does not know it, or where the client has said none.
   */
  helo(name: string | undefined, tls?: Tls): Promise<Decision>
  mail(reversePath: string, details?: MailDetails): Promise<Decision>
  rcpt(forwardPath: string): Promise<Decision>
  /** The host has refused a recipient itself that `rcpt` did not refuse: it is no part of the transaction. */
  removeRecipient(forwardPath: string): void
  /** May settle before `content` is read to its end; then the host drains or destroys it. */
  data(content: Readable): Promise<Outcome>
  /** RSET, or the end of a transaction: what it held is given back. */
  reset(): void
  /** The connection is over. */
  close(): void
}

interface OpenTransaction {
  readonly level: Level
  readonly recipients: Map<string, Level>
  delivery?: Delivery
}

export function openSession(common: CompiledGateway, peer: Client, services: Services): Session {
  const setup = peer.overrides === undefined ? common : { ...common, ...peer.overrides }
  const ip = addressOf(peer)
  const ref = peer.ref !== undefined && /^[0-9A-Za-z-]{1,32}$/.test(peer.ref) ? peer.ref : reference()
  const { clock } = services
  const since = clock.monotonic()
  const timings: FilterTimings = new Map()
  const notes = setup.log === undefined ? undefined : sessionLog(ref, ip, clock.now())
  const dns = budgetOf(services)
  const connection = level(
    openScope<Connection>('connect', undefined, {
      ip,
      client: peer.proxy ? 'proxy' : setup.clients.kindOf(ip),
      ref,
      spokeEarly: peer.spokeEarly ?? false,
      dns,
      clock,
      callExternal: services.callExternal,
      store: services.store,
      notify: services.notify,
      load: services.load,
    }),
  )
  let connected = false
  let closed = false
  let greeting: Level | undefined
  let transaction: OpenTransaction | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0

  const ended = (): void => {
    waiting -= 1
  }
  /** One verb after another. The first begins at once, so that a `close` right behind it finds it begun. */
  const inTurn = <T>(verb: () => MaybePromise<T>): Promise<T> => {
    const result = waiting === 0 ? verb() : turn.then(verb)
    if (!(result instanceof Promise)) return Promise.resolve(result)
    waiting += 1
    turn = result.then(ended, ended)
    return result
  }
  const announce = (decision: Decision, { scope }: Level, forwardPath?: string): Decision => {
    notes?.onDecision(decision, forwardPath)
    for (const filter of setup.filters) {
      try {
        filter.onDecision?.(decision, scope.context)
      } catch {
        // A listener that throws has no say in what the client hears.
      }
    }
    return decision
  }
  /** Runs the filters of a stage on the innermost level, unless something around it is decided already. */
  const examine = (stage: Stage, levels: readonly Level[], forwardPath?: string): MaybePromise<Decision> => {
    const at = { stage, ref, ...(forwardPath !== undefined && { forwardPath }) }
    const before = repeatDecision(setup, levels, at)
    if (before !== undefined) return before
    const here = levels[levels.length - 1] ?? connection
    return thenSync(
      run(setup.plans[stage], here.scope, clock, timings, {
        earlier: levels,
        transform: setup.transformFinding,
        isAllowed: levels.some(isAllowedLevel),
        isDecided: decidedBy(setup, levels, at),
      }),
      ({ findings, ended }) => {
        if (here.scope.ended) return sessionEnded(stage, ref)
        note(here, findings)
        const decision = judge(setup, levels, ended === undefined ? at : { ...at, ended })
        if (isFinal(decision.verdict)) {
          here.decided = { decision, ended }
          here.scope.cancel()
        }
        return announce(decision, here, forwardPath)
      },
    )
  }
  const endTransaction = () => {
    transaction?.delivery?.end()
    for (const recipient of transaction?.recipients.values() ?? []) recipient.scope.end()
    transaction?.level.scope.end()
    transaction = undefined
  }

  return {
    ref,
    connect: () =>
      inTurn(() => {
        if (closed) return sessionEnded('connect', ref)
        if (connected) return badSequence('connect', ref, 'the session is connected already')
        connected = true
        return thenSync(findForwarder(setup.clients, connection.scope), () => examine('connect', [connection]))
      }),
    pregreet: () =>
      inTurn(() => {
        if (closed) return sessionEnded('connect', ref)
        if (greeting !== undefined) return badSequence('connect', ref, 'the session was greeted already')
        connected = true
        connection.scope.extend({ spokeEarly: true })
        connection.findings.length = 0
        connection.isAllowed = false
        return examine('connect', [connection])
      }),
    helo: (name, tls) =>
      inTurn(() => {
        if (closed) return sessionEnded('helo', ref)
        if (!connected) return badSequence('helo', ref, 'HELO came before the connection was greeted')
        const long = tooLong('helo', ref, name)
        if (long !== undefined) return announce(long, connection)
        endTransaction()
        greeting?.scope.end()
        notes?.helo(name, tls)
        if (setup.clients.greeted(connection.scope.context, name)) connection.scope.extend({ client: 'hidden' })
        greeting = level(openScope<Greeting>('helo', connection.scope, { helo: name, ...(tls && { tls }) }))
        return examine('helo', [connection, greeting])
      }),
    mail: (reversePath, { user, utf8 = false } = {}) =>
      inTurn(() => {
        if (closed) return sessionEnded('mail', ref)
        if (greeting === undefined) return badSequence('mail', ref, 'MAIL came before HELO')
        if (transaction !== undefined && transaction.delivery === undefined)
          return badSequence('mail', ref, 'MAIL came inside a transaction')
        const long = tooLong('mail', ref, reversePath)
        if (long !== undefined) return announce(long, greeting)
        endTransaction()
        dns.renew()
        notes?.mail(reversePath, user)
        const fields = { reversePath, utf8, ...(user !== undefined && { user }) }
        const opened = { level: level(openScope<Transaction>('mail', greeting.scope, fields)), recipients: new Map() }
        transaction = opened
        return thenSync(examine('mail', [connection, greeting, opened.level]), decision => {
          // A sender that is refused aloud has begun no transaction.
          if (decision.reply.code >= 400 && transaction === opened) endTransaction()
          return decision
        })
      }),
    rcpt: forwardPath =>
      inTurn(() => {
        if (closed) return sessionEnded('rcpt', ref)
        if (greeting === undefined || transaction === undefined || transaction.delivery !== undefined)
          return badSequence('rcpt', ref, 'RCPT came before MAIL')
        const { level: outer, recipients } = transaction
        const bound = tooLong('rcpt', ref, forwardPath) ?? tooMany(recipients.size, ref)
        if (bound !== undefined) return announce(bound, outer, forwardPath)
        const fields = { forwardPath, accepted: recipients.size }
        const recipient = level(openScope<Recipient>('rcpt', outer.scope, fields))
        return thenSync(examine('rcpt', [connection, greeting, outer, recipient], forwardPath), decision => {
          if (decision.reply.code < 400) {
            // Named twice, it is one recipient, as it was judged last.
            recipients.get(forwardPath)?.scope.end()
            recipients.set(forwardPath, recipient)
            notes?.rcpt(forwardPath)
          } else recipient.scope.end()
          return decision
        })
      }),
    removeRecipient: forwardPath => {
      const recipient = transaction?.recipients.get(forwardPath)
      if (recipient === undefined || transaction?.delivery !== undefined) return
      recipient.scope.end()
      transaction?.recipients.delete(forwardPath)
      notes?.removeRecipient(forwardPath)
    },
    data: content =>
      inTurn(async () => {
        if (closed) return refused(sessionEnded('message', ref))
        if (greeting === undefined || transaction === undefined || transaction.delivery !== undefined)
          return refused(badSequence('message', ref, 'DATA came before MAIL'))
        const { level: outer, recipients } = transaction
        if (recipients.size === 0) return refused(badSequence('message', ref, 'DATA came without a recipient'))
        const delivery = deliver({
          setup,
          services,
          ref,
          timings,
          levels: [connection, greeting, outer],
          recipients,
          announce,
        })
        transaction.delivery = delivery
        const outcome = await delivery.receive(content)
        notes?.outcome(outcome)
        return outcome
      }),
    reset: () => endTransaction(),
    close: () => {
      if (closed) return
      closed = true
      endTransaction()
      greeting?.scope.end()
      for (const filter of setup.filters) {
        try {
          filter.onClose?.(connection.scope.context)
        } catch {
          // As with `decided`: the session is over whatever a listener thinks of it.
        }
      }
      connection.scope.end()
      const ms = clock.monotonic() - since
      setup.onSessionEnd(ms, timings)
      if (notes !== undefined) setup.log?.(notes.entry(ms, timings))
    },
  }
}

const refused = (decision: Decision): Outcome => ({ ...decision, each: new Map(), trace: [], forged: [] })
