/** A plugin for Haraka: its hooks drive a session for each client. */

import type { Gateway } from '../../engine/gateway.ts'
import { flag } from '../../model/checks.ts'
import { type Decision, isFinal } from '../../model/decision.ts'
import { errorText } from '../../model/errors.ts'
import { schemaOf } from '../../model/options.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { addFields, removeFields } from './header.ts'
import { type HarakaSession, harakaSession } from './session.ts'
import { type Answer, Answers, type HarakaConnection, type Next, type Path, type ResultStore } from './types.ts'

export interface HarakaOptions {
  /**
   * A recipient that postern accepts is accepted: no other plugin is asked whether mail is taken for it. Only for a gateway
   * with the filter `recipients`, or everybody's mail would be relayed. @default false
   */
  readonly admit?: boolean
}

const schema = schemaOf<HarakaOptions>('haraka', { admit: flag() })

type Hook = (next: Next, connection: HarakaConnection, params?: unknown) => void

/** What Haraka's loader looks for in `exports`. */
export interface HarakaPlugin {
  readonly register: (this: HarakaHost) => void
  readonly hook_connect: Hook
  readonly hook_helo: Hook
  readonly hook_ehlo: Hook
  readonly hook_mail: Hook
  readonly hook_rcpt: Hook
  readonly hook_data_post: Hook
  readonly postern_queue: Hook
  readonly hook_reset_transaction: Hook
  readonly hook_disconnect: Hook
}

/** What Haraka makes of a plugin's exports. */
interface HarakaHost {
  register_hook(hook: string, method: string, priority: number): void
}

const NAME = { name: 'postern' }

/**
 * Everything that a plugin file of Haraka exports. It judges at connect, HELO, MAIL, RCPT and when the message is whole;
 * findings go to `connection.results` and `transaction.results` under `postern`. What is to be kept apart has
 * `transaction.notes.quarantine`, which Haraka's plugin `queue/quarantine` looks for.
 *
 * Postern's own limits and deadlines hold; Haraka defers what takes longer than its `config/postern.timeout`.
 *
 * @example
 * // plugins/postern.js
 * Object.assign(exports, require('postern/haraka').haraka(gateway))
 */
export function haraka(gateway: Gateway | (() => Gateway), options: HarakaOptions = {}): HarakaPlugin {
  const current = checkedGateway(schema, gateway, options)
  const { admit = false } = options
  const visits = new WeakMap<HarakaConnection, HarakaSession>()

  const end = (connection: HarakaConnection) => {
    visits.get(connection)?.close()
    visits.delete(connection)
  }
  const visitOf = (connection: HarakaConnection): HarakaSession => {
    const known = visits.get(connection)
    if (known) return known
    const opened = harakaSession(current(), connection)
    visits.set(connection, opened)
    return opened
  }
  /** Answers once, whatever happens: what Haraka hears as a rejection would end its process. */
  const hook =
    (judge: (connection: HarakaConnection, params: unknown) => Promise<Answer>): Hook =>
    (next, connection, params) => {
      // Not in the same catch: what the next plugin throws is its own.
      judge(connection, params).then(
        answer => setImmediate(next, ...answer),
        error => {
          const reason = errorText(error)
          current().services.notify({ code: 'haraka/failed', reason, level: 'warning' })
          setImmediate(next, Answers.denySoft, reply(451, '4.3.0 Something went wrong here'))
        },
      )
    }
  const told = (
    results: ResultStore | undefined,
    { session }: HarakaSession,
    decision: Decision | undefined,
  ): Answer => {
    if (decision === undefined) return []
    const { stage, verdict, score, findings } = decision
    const rules = findings.map(({ rule = '' }) => rule)
    const msg = findings.map(({ rule, reason }) => printable(`${rule}: ${reason}`))
    results?.add(NAME, { ref: session.ref, verdict, score, rules, msg, [isFinal(verdict) ? 'fail' : 'pass']: stage })
    return refusal(decision)
  }
  const greeted = hook(async connection => {
    const here = visitOf(connection)
    return told(connection.results, here, await here.greet(true))
  })
  const queued = hook(async connection => {
    const { transaction } = connection
    const outcome = visits.get(connection)?.outcome
    if (!transaction || outcome === undefined) return []
    if (outcome.verdict === 'discard') return [Answers.ok, reply(outcome.reply.code, words(outcome))]
    addFields(transaction, outcome.trace)
    return []
  })

  return {
    register() {
      // Before whoever queues, and after Haraka has put together its own Authentication-Results, which removes all others.
      for (const name of ['queue', 'queue_outbound']) this.register_hook(name, 'postern_queue', -100)
    },
    hook_connect: hook(async connection => {
      // XCLIENT makes another client of this one.
      end(connection)
      const here = visitOf(connection)
      return told(connection.results, here, await here.connect())
    }),
    hook_helo: greeted,
    hook_ehlo: greeted,
    hook_mail: hook(async (connection, params) => {
      const { transaction } = connection
      const [, details] = params as readonly [Path, Readonly<Record<string, unknown>>?]
      const here = visitOf(connection)
      return transaction ? told(transaction.results, here, await here.mail(transaction, details)) : []
    }),
    hook_rcpt: hook(async (connection, params) => {
      const { transaction } = connection
      const [to] = params as readonly [Path]
      const here = visitOf(connection)
      if (!transaction) return []
      const answer = told(transaction.results, here, await here.rcpt(transaction, to))
      return answer.length === 0 && admit ? [Answers.ok] : answer
    }),
    hook_data_post: hook(async connection => {
      const { transaction } = connection
      const here = visitOf(connection)
      if (!transaction) return []
      const decision = await here.data(transaction)
      if (connection.transaction !== transaction) return []
      const { outcome } = here
      if (outcome) removeFields(transaction, outcome.forged)
      if (outcome?.verdict === 'quarantine') transaction.notes.quarantine = true
      return told(transaction.results, here, decision)
    }),
    postern_queue: queued,
    hook_reset_transaction: hook(async connection => {
      visits.get(connection)?.reset()
      return []
    }),
    hook_disconnect: hook(async connection => {
      end(connection)
      return []
    }),
  }
}

const words = ({ reply: { status, text } }: Decision): string => `${status} ${text}`

function refusal(decision: Decision): Answer {
  const { code, close } = decision.reply
  if (code < 400) return []
  const permanent = code >= 500
  const kind = close
    ? permanent
      ? Answers.denyDisconnect
      : Answers.denySoftDisconnect
    : permanent
      ? Answers.deny
      : Answers.denySoft
  return [kind, reply(code, words(decision))]
}

/** Haraka says code and words of an object of this name (haraka-dsn) as they are; of a text it chooses the code itself. */
const reply = (code: number, text: string): object => ({ constructor: { name: 'DSN' }, code, reply: text })

/** Reasons hold what clients sent, and Haraka logs them. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 300)
