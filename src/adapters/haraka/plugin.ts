/** A plugin for Haraka: its hooks drive a session for each client. */
import type { Gateway } from '../../engine/gateway.ts'
import { flag } from '../../model/checks.ts'
import { type Decision, isFinal } from '../../model/decision.ts'
import { errorText } from '../../model/errors.ts'
import { schemaOf } from '../../model/options.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { bounced, deferred, delivered, NOTE, type SessionNote } from './deliveries.ts'
import { addFields, removeFields } from './header.ts'
import { HarakaSession } from './session.ts'
import {
  type Answer,
  Answers,
  addressOf,
  type HarakaConnection,
  type HarakaMail,
  type Next,
  type Path,
  type ResultStore,
} from './types.ts'

/** How a plugin made by {@link haraka} answers. */
export interface HarakaOptions {
  /**
   * Whether a recipient that postern accepts is final, so that no other plugin is asked about it. Set it only for a
   * gateway with the filter `recipients`; otherwise Haraka would be an open relay. @default false
   */
  readonly admit?: boolean
}

const schema = schemaOf<HarakaOptions>('haraka', { admit: flag() })

/** One hook of Haraka: it must call `next` exactly once. */
export type Hook = (next: Next, connection: HarakaConnection, params?: unknown) => void

/** One hook of Haraka's outbound queue: it must call `next` exactly once. */
export type MailHook = (next: Next, mail: HarakaMail, params?: unknown) => void

/** The exports of a plugin file, as Haraka's loader expects them. */
export interface HarakaPlugin {
  /** Registers the hooks that need a priority. */
  readonly register: (this: HarakaHost) => void
  /** A client has connected: judges `connect`. */
  readonly hook_connect: Hook
  /** HELO: judges `helo`. */
  readonly hook_helo: Hook
  /** EHLO: judges `helo`. */
  readonly hook_ehlo: Hook
  /** MAIL FROM: judges `mail`. */
  readonly hook_mail: Hook
  /** RCPT TO: judges `rcpt`. */
  readonly hook_rcpt: Hook
  /** The message is complete: judges `header` and `message`. */
  readonly hook_data_post: Hook
  /** Before the message is queued: adds trace fields, and drops discarded messages. */
  readonly postern_queue: Hook
  /** The message was queued: reports its deliveries. */
  readonly hook_queue_ok: Hook
  /** A message of the outbound queue was delivered. */
  readonly hook_delivered: MailHook
  /** A message of the outbound queue could not be delivered yet. */
  readonly hook_deferred: MailHook
  /** A message of the outbound queue was refused for good. */
  readonly hook_bounce: MailHook
  /** The transaction is over. */
  readonly hook_reset_transaction: Hook
  /** The client has left. */
  readonly hook_disconnect: Hook
}

/** The object that Haraka makes of a plugin's exports. */
export interface HarakaHost {
  /** Registers the method of that name for a hook; lower priorities run first. */
  register_hook(hook: string, method: string, priority: number): void
}

const NAME = { name: 'postern' }

/**
 * Returns everything that a plugin file of Haraka exports. It judges connect, HELO, MAIL, RCPT and the complete
 * message; findings go to `connection.results` and `transaction.results` under `postern`. A message for quarantine gets
 * `transaction.notes.quarantine`, which Haraka's plugin `queue/quarantine` reads.
 *
 * Postern's own limits and deadlines hold; Haraka defers what takes longer than its `config/postern.timeout`.
 *
 * @throws PosternError when an option is wrong
 * @example
 * // plugins/postern.js
 * Object.assign(exports, require('postern/haraka').haraka(gateway))
 */
export function haraka(gateway: Gateway | (() => Gateway), options: HarakaOptions = {}): HarakaPlugin {
  const plugin = new Plugin(checkedGateway(schema, gateway, options), options.admit ?? false)
  return {
    register() {
      // Before plugins that queue, and after Haraka has made its own Authentication-Results, which removes all others.
      for (const name of ['queue', 'queue_outbound']) this.register_hook(name, 'postern_queue', -100)
    },
    hook_connect: plugin.hook(connection => plugin.connect(connection)),
    hook_helo: plugin.hook(connection => plugin.greet(connection)),
    hook_ehlo: plugin.hook(connection => plugin.greet(connection)),
    hook_mail: plugin.hook((connection, params) => plugin.mail(connection, params)),
    hook_rcpt: plugin.hook((connection, params) => plugin.rcpt(connection, params)),
    hook_data_post: plugin.hook(connection => plugin.data(connection)),
    postern_queue: plugin.hook(async connection => plugin.queue(connection)),
    hook_queue_ok: plugin.hook(async (connection, params) => plugin.queued(connection, params)),
    hook_delivered: plugin.mailHook(delivered),
    hook_deferred: plugin.mailHook(deferred),
    hook_bounce: plugin.mailHook(bounced),
    hook_reset_transaction: plugin.hook(async connection => plugin.reset(connection)),
    hook_disconnect: plugin.hook(async connection => plugin.disconnect(connection)),
  }
}

type Judge = (connection: HarakaConnection, params: unknown) => Promise<Answer>

class Plugin {
  readonly #gateway: () => Gateway
  readonly #admit: boolean
  readonly #sessions = new WeakMap<HarakaConnection, HarakaSession>()

  constructor(gateway: () => Gateway, admit: boolean) {
    this.#gateway = gateway
    this.#admit = admit
  }

  /** Answers once, whatever happens: a rejected promise would end Haraka's process. */
  hook(judge: Judge): Hook {
    return (next, connection, params) => {
      // Errors of the next plugin are not caught here.
      judge(connection, params).then(
        answer => setImmediate(next, ...answer),
        error => {
          this.#gateway().services.notify({ code: 'haraka/failed', reason: errorText(error), level: 'warning' })
          setImmediate(next, Answers.denySoft, reply(451, '4.3.0 Temporary local error, try again later'))
        },
      )
    }
  }

  /** Never stops the queue: what cannot be reported is a notice. */
  mailHook(report: (gateway: Gateway, mail: HarakaMail, params: unknown) => void): MailHook {
    return (next, mail, params) => {
      const gateway = this.#gateway()
      try {
        report(gateway, mail, params)
      } catch (error) {
        gateway.services.notify({ code: 'haraka/failed', reason: errorText(error), level: 'warning' })
      }
      setImmediate(next)
    }
  }

  async connect(connection: HarakaConnection): Promise<Answer> {
    // XCLIENT calls this hook again, for another client.
    this.#end(connection)
    const session = this.#sessionOf(connection)
    return report(connection.results, session, await session.connect())
  }

  async greet(connection: HarakaConnection): Promise<Answer> {
    const session = this.#sessionOf(connection)
    return report(connection.results, session, await session.greet(true))
  }

  async mail(connection: HarakaConnection, params: unknown): Promise<Answer> {
    const { transaction } = connection
    const [, details] = params as readonly [Path, Readonly<Record<string, unknown>>?]
    const session = this.#sessionOf(connection)
    return transaction ? report(transaction.results, session, await session.mail(transaction, details)) : []
  }

  async rcpt(connection: HarakaConnection, params: unknown): Promise<Answer> {
    const { transaction } = connection
    const [to] = params as readonly [Path]
    const session = this.#sessionOf(connection)
    if (!transaction) return []
    const answer = report(transaction.results, session, await session.rcpt(transaction, to))
    return answer.length === 0 && this.#admit ? [Answers.ok] : answer
  }

  async data(connection: HarakaConnection): Promise<Answer> {
    const { transaction } = connection
    const session = this.#sessionOf(connection)
    if (!transaction) return []
    const decision = await session.data(transaction)
    if (connection.transaction !== transaction) return []
    const { outcome } = session
    if (outcome) removeFields(transaction, outcome.forged)
    if (outcome?.verdict === 'quarantine') transaction.notes.quarantine = true
    if (outcome?.tagged) transaction.notes.tagged = true
    const { ref, transactions } = session.session
    transaction.notes[NOTE] = { ref, transaction: transactions } satisfies SessionNote
    return report(transaction.results, session, decision)
  }

  queue(connection: HarakaConnection): Answer {
    const { transaction } = connection
    const outcome = this.#sessions.get(connection)?.outcome
    if (!transaction || outcome === undefined) return []
    if (outcome.verdict === 'discard') return [Answers.ok, reply(outcome.reply.code, replyLine(outcome))]
    addFields(transaction, outcome.trace)
    return []
  }

  /** @param text what Haraka replies to the message */
  queued(connection: HarakaConnection, text: unknown): Answer {
    const { transaction, relaying = false } = connection
    const { session, outcome } = this.#sessions.get(connection) ?? {}
    if (!transaction || session === undefined || outcome === undefined) return []
    const said = typeof text === 'string' && text !== '' ? { text } : undefined
    session.replied(said && { code: 250, ...said })
    // The outbound queue reports its deliveries itself, and a discarded message has none.
    if (relaying || outcome.verdict === 'discard') return []
    for (const path of transaction.rcpt_to) session.delivered(addressOf(path), { result: 'delivered', ...said })
    return []
  }

  reset(connection: HarakaConnection): Answer {
    this.#sessions.get(connection)?.reset()
    return []
  }

  disconnect(connection: HarakaConnection): Answer {
    this.#end(connection)
    return []
  }

  #sessionOf(connection: HarakaConnection): HarakaSession {
    const known = this.#sessions.get(connection)
    if (known) return known
    const opened = new HarakaSession(this.#gateway(), connection)
    this.#sessions.set(connection, opened)
    return opened
  }

  #end(connection: HarakaConnection): void {
    this.#sessions.get(connection)?.close()
    this.#sessions.delete(connection)
  }
}

/** Writes a decision to Haraka's results. @returns the answer of the hook */
function report(results: ResultStore | undefined, { session }: HarakaSession, decision: Decision | undefined): Answer {
  if (decision === undefined) return []
  const { stage, verdict, score, tagged = false, findings } = decision
  const rules = findings.map(({ rule = '' }) => rule)
  const msg = findings.map(({ rule, reason }) => printable(`${rule}: ${reason}`))
  const found = { ref: session.ref, verdict, score, ...(tagged && { tagged }), rules, msg }
  results?.add(NAME, { ...found, [isFinal(verdict) ? 'fail' : 'pass']: stage })
  return refusal(decision)
}

const replyLine = ({ reply: { status, text } }: Decision): string => `${status} ${text}`

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
  return [kind, reply(code, replyLine(decision))]
}

/**
 * Haraka sends code and text of an object of this name (haraka-dsn) unchanged; for a string it chooses the code itself.
 */
const reply = (code: number, text: string): object => ({ constructor: { name: 'DSN' }, code, reply: text })

/** Reasons hold text from clients, and Haraka logs them. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 300)
