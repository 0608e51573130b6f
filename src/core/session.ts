/** A session: SMTP's own verbs in, decisions out. State lives in levels that end with what they belong to. */
import type { Readable } from 'node:stream'
import { budgetOf } from '../dns/budget.ts'
import { canonical } from '../net/address.ts'
import { type Decision, isFinal, type Outcome, type Policy } from './decision.ts'
import { PosternError } from './errors.ts'
import { journal } from './journal.ts'
import {
  again,
  decidedBy,
  gone,
  isAllowedLevel,
  judge,
  type Level,
  level,
  note,
  outOfOrder,
  tooLong,
  tooMany,
} from './judge.ts'
import { findForwarder } from './known-clients.ts'
import { openScope } from './memory.ts'
import { reference } from './reference.ts'
import { type Adjust, run, type Spent } from './run.ts'
import type { Setup } from './setup.ts'
import { type Soon, soon } from './soon.ts'
import type { Connection, Greeting, Recipient, Stage, Tls, Transaction } from './stage.ts'
import { type Delivery, deliver } from './transaction.ts'
import type { World } from './world.ts'

/** What is otherwise for one session than for others, because the host says so with each message. */
export interface Terms {
  /** Decides in place of the gateway's policy. */
  readonly policy?: Policy
  /** Changes a finding before it counts; what it returns nothing for was never found. */
  readonly adjust?: Adjust
}

/** Who has connected, as the host knows it. */
export interface Peer {
  /** Absent where the host does not know it. Never a stand-in: what is unknown is judged by no filter and charged to nobody. */
  readonly ip?: string | undefined
  /** The session's reference, when the host has one already. Up to 32 letters and digits. @default a new one */
  readonly ref?: string
  /** The client spoke before it was greeted. @default false */
  readonly spokeEarly?: boolean
  /** It is a proxy that will say for whom it speaks (XCLIENT): its own address is judged by nothing. @default false */
  readonly proxy?: boolean
  /** @default the gateway's own */
  readonly terms?: Terms
}

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
  early(): Promise<Decision>
  /**
   * HELO, EHLO or LHLO; again after STARTTLS. Begins afresh what was not yet said about the connection itself. The name is
   * undefined where the host does not know it, or where the client has said none.
   */
  helo(name: string | undefined, tls?: Tls): Promise<Decision>
  mail(reversePath: string, details?: MailDetails): Promise<Decision>
  rcpt(forwardPath: string): Promise<Decision>
  /** The host has refused a recipient itself that `rcpt` did not refuse: it is no part of the transaction. */
  withdraw(forwardPath: string): void
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

/** No client has these addresses (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2): some hosts write them where they know none. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::', '::ffff:0.0.0.0'])

export function openSession(common: Setup, peer: Peer, world: World): Session {
  const setup = peer.terms === undefined ? common : { ...common, ...peer.terms }
  const ip = peer.ip === undefined || UNSPECIFIED.has(peer.ip) ? undefined : canonical(peer.ip)
  if (ip === undefined && peer.ip !== undefined && !UNSPECIFIED.has(peer.ip)) {
    const remedy = "pass the address of the client's socket; leave it out where it is not known"
    throw new PosternError([{ path: 'peer.ip', found: peer.ip, expected: 'an IPv4 or IPv6 address', remedy }])
  }
  const ref = peer.ref !== undefined && /^[0-9A-Za-z-]{1,32}$/.test(peer.ref) ? peer.ref : reference()
  const { clock } = world
  const since = clock.monotonic()
  const spent: Spent = new Map()
  const notes = setup.log === undefined ? undefined : journal(ref, ip, clock.now())
  const dns = budgetOf(world)
  const connection = level(
    openScope<Connection>('connect', undefined, {
      ip,
      client: peer.proxy ? 'proxy' : setup.clients.kindOf(ip),
      ref,
      spokeEarly: peer.spokeEarly ?? false,
      dns,
      clock,
      consult: world.consult,
      store: world.store,
      notify: world.notify,
      load: world.load,
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
  const inTurn = <T>(verb: () => Soon<T>): Promise<T> => {
    const result = waiting === 0 ? verb() : turn.then(verb)
    if (!(result instanceof Promise)) return Promise.resolve(result)
    waiting += 1
    turn = result.then(ended, ended)
    return result
  }
  const hear = (decision: Decision, { scope }: Level, forwardPath?: string): Decision => {
    notes?.decided(decision, forwardPath)
    for (const filter of setup.filters) {
      try {
        filter.decided?.(decision, scope.context)
      } catch {
        // A listener that throws has no say in what the client hears.
      }
    }
    return decision
  }
  /** Runs the filters of a stage on the innermost level, unless something around it is decided already. */
  const examine = (stage: Stage, levels: readonly Level[], forwardPath?: string): Soon<Decision> => {
    const at = { stage, ref, ...(forwardPath !== undefined && { forwardPath }) }
    const before = again(setup, levels, at)
    if (before !== undefined) return before
    const here = levels[levels.length - 1] ?? connection
    return soon(
      run(setup.plans[stage], here.scope, clock, spent, {
        earlier: levels,
        adjust: setup.adjust,
        isAllowed: levels.some(isAllowedLevel),
        isDecided: decidedBy(setup, levels, at),
      }),
      ({ findings, ended }) => {
        if (here.scope.over) return gone(stage, ref)
        note(here, findings)
        const decision = judge(setup, levels, ended === undefined ? at : { ...at, ended })
        if (isFinal(decision.verdict)) {
          here.decided = { decision, ended }
          here.scope.cancel()
        }
        return hear(decision, here, forwardPath)
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
        if (closed) return gone('connect', ref)
        if (connected) return outOfOrder('connect', ref, 'the session is connected already')
        connected = true
        return soon(findForwarder(setup.clients, connection.scope), () => examine('connect', [connection]))
      }),
    early: () =>
      inTurn(() => {
        if (closed) return gone('connect', ref)
        if (greeting !== undefined) return outOfOrder('connect', ref, 'the session was greeted already')
        connected = true
        connection.scope.learn({ spokeEarly: true })
        connection.findings.length = 0
        connection.isAllowed = false
        return examine('connect', [connection])
      }),
    helo: (name, tls) =>
      inTurn(() => {
        if (closed) return gone('helo', ref)
        if (!connected) return outOfOrder('helo', ref, 'HELO came before the connection was greeted')
        const long = tooLong('helo', ref, name)
        if (long !== undefined) return hear(long, connection)
        endTransaction()
        greeting?.scope.end()
        notes?.helo(name, tls)
        if (setup.clients.greeted(connection.scope.context, name)) connection.scope.learn({ client: 'hidden' })
        greeting = level(openScope<Greeting>('helo', connection.scope, { helo: name, ...(tls && { tls }) }))
        return examine('helo', [connection, greeting])
      }),
    mail: (reversePath, { user, utf8 = false } = {}) =>
      inTurn(() => {
        if (closed) return gone('mail', ref)
        if (greeting === undefined) return outOfOrder('mail', ref, 'MAIL came before HELO')
        if (transaction !== undefined && transaction.delivery === undefined)
          return outOfOrder('mail', ref, 'MAIL came inside a transaction')
        const long = tooLong('mail', ref, reversePath)
        if (long !== undefined) return hear(long, greeting)
        endTransaction()
        dns.renew()
        notes?.mail(reversePath, user)
        const fields = { reversePath, utf8, ...(user !== undefined && { user }) }
        const opened = { level: level(openScope<Transaction>('mail', greeting.scope, fields)), recipients: new Map() }
        transaction = opened
        return soon(examine('mail', [connection, greeting, opened.level]), decision => {
          // A sender that is refused aloud has begun no transaction.
          if (decision.reply.code >= 400 && transaction === opened) endTransaction()
          return decision
        })
      }),
    rcpt: forwardPath =>
      inTurn(() => {
        if (closed) return gone('rcpt', ref)
        if (greeting === undefined || transaction === undefined || transaction.delivery !== undefined)
          return outOfOrder('rcpt', ref, 'RCPT came before MAIL')
        const { level: outer, recipients } = transaction
        const bound = tooLong('rcpt', ref, forwardPath) ?? tooMany(recipients.size, ref)
        if (bound !== undefined) return hear(bound, outer, forwardPath)
        const fields = { forwardPath, accepted: recipients.size }
        const recipient = level(openScope<Recipient>('rcpt', outer.scope, fields))
        return soon(examine('rcpt', [connection, greeting, outer, recipient], forwardPath), decision => {
          if (decision.reply.code < 400) {
            // Named twice, it is one recipient, as it was judged last.
            recipients.get(forwardPath)?.scope.end()
            recipients.set(forwardPath, recipient)
            notes?.rcpt(forwardPath)
          } else recipient.scope.end()
          return decision
        })
      }),
    withdraw: forwardPath => {
      const recipient = transaction?.recipients.get(forwardPath)
      if (recipient === undefined || transaction?.delivery !== undefined) return
      recipient.scope.end()
      transaction?.recipients.delete(forwardPath)
      notes?.withdraw(forwardPath)
    },
    data: content =>
      inTurn(async () => {
        if (closed) return refused(gone('message', ref))
        if (greeting === undefined || transaction === undefined || transaction.delivery !== undefined)
          return refused(outOfOrder('message', ref, 'DATA came before MAIL'))
        const { level: outer, recipients } = transaction
        if (recipients.size === 0) return refused(outOfOrder('message', ref, 'DATA came without a recipient'))
        const delivery = deliver({ setup, world, ref, spent, levels: [connection, greeting, outer], recipients, hear })
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
          filter.closed?.(connection.scope.context)
        } catch {
          // As with `decided`: the session is over whatever a listener thinks of it.
        }
      }
      connection.scope.end()
      const ms = clock.monotonic() - since
      setup.ended(ms, spent)
      if (notes !== undefined) setup.log?.(notes.entry(ms, spent))
    },
  }
}

const refused = (decision: Decision): Outcome => ({ ...decision, each: new Map(), trace: [], forged: [] })
