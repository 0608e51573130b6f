/** One connection of Postfix: joins its requests into the sessions that they describe. */
import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision } from '../../model/decision.ts'
import { canonical } from '../../net/address.ts'
import { spamStatusOf } from '../../trace/spam-status.ts'
import type { Attributes } from './requests.ts'

export interface PolicyChoices {
  /** How Postfix defers: `now`, or `if-permit` after the restrictions that follow had their chance to reject. */
  readonly deferral: 'now' | 'if-permit'
  /** Adds X-Spam-Status on top of accepted messages. */
  readonly prepend: boolean
}

/** The client that a session was opened for. Postfix repeats everything in each request. */
interface PolicyConnection {
  readonly session: Session
  readonly gateway: Gateway
  readonly client: string
  helo?: string
  /** The transaction: Postfix's name for it, and its reverse-path. */
  instance?: string
  prepended: boolean
  /** The refusal at connect, which answers every further request of this client. */
  refused?: Decision
}

/** The action of access(5) that leaves the decision to the next restriction. */
const NO_OPINION = 'DUNNO'

/** How far the dialogue is in each protocol state; later states include the earlier ones. */
const steps: Readonly<Record<string, number>> = { CONNECT: 0, EHLO: 1, HELO: 1, MAIL: 2, RCPT: 3 }

export class PolicyDialogue {
  readonly #current: () => Gateway
  readonly #choices: PolicyChoices
  #connection: PolicyConnection | undefined

  constructor(current: () => Gateway, choices: PolicyChoices) {
    this.#current = current
    this.#choices = choices
  }

  /** The action for one request, as access(5) defines it. */
  async answer(attributes: Attributes): Promise<string> {
    const decision = await this.#judge(attributes)
    if (decision === undefined) return NO_OPINION
    const { code, status, text } = decision.reply
    if (code < 400) return this.#prefix(decision) ?? NO_OPINION
    const isDeferral = code < 500 && code !== 421
    return isDeferral && this.#choices.deferral === 'if-permit'
      ? `DEFER_IF_PERMIT ${status} ${text}`
      : `${code} ${status} ${text}`
  }

  close(): void {
    this.#connection?.session.close()
    this.#connection = undefined
  }

  async #judge(attributes: Attributes): Promise<Decision | undefined> {
    const step = steps[attributes.get('protocol_state') ?? '']
    // DATA and later states add nothing without the message; VRFY and ETRN are not judged.
    if (step === undefined) return undefined
    const { connection, decision: connected } = await this.#connectionOf(attributes)
    if (connection.refused) return connection.refused
    const greeted = step >= 1 ? await greet(connection, attributes) : undefined
    if (isRefusal(greeted)) return greeted
    const begun = step >= 2 ? await mail(connection, attributes) : undefined
    if (isRefusal(begun)) return begun
    const queueId = attributes.get('queue_id')
    if (queueId) connection.session.setQueueId(queueId)
    if (step >= 3) return await connection.session.rcpt(attributes.get('recipient') ?? '')
    return begun ?? greeted ?? connected
  }

  /** The session of the client, which is opened where it is another one than before. */
  async #connectionOf(attributes: Attributes): Promise<{ connection: PolicyConnection; decision?: Decision }> {
    const instance = attributes.get('instance') ?? ''
    // Postfix reports `unknown` for a client that has left early. Each message of those is one session.
    const ip = canonical(attributes.get('client_address') ?? '')
    const client = ip === undefined ? `unknown ${instance}` : `${ip} ${attributes.get('client_port') ?? ''}`
    const known = this.#connection
    // Postfix does not mark where one connection of a client ends and the next one on the same port begins.
    const isNameless = ip === undefined && instance === ''
    const isSame =
      !isNameless && known?.client === client && (known.gateway === this.#current() || isKnown(known, attributes))
    if (known !== undefined && isSame) return { connection: known }
    this.close()
    const gateway = this.#current()
    const connection: PolicyConnection = {
      session: gateway.open({ ip, repliesItself: true }),
      gateway,
      client,
      prepended: false,
    }
    this.#connection = connection
    const decision = await connection.session.connect()
    if (isRefusal(decision)) connection.refused = decision
    return { connection, decision }
  }

  #prefix(decision: Decision): string | undefined {
    const connection = this.#connection
    if (!this.#choices.prepend || connection === undefined || connection.prepended || decision.stage !== 'rcpt')
      return undefined
    connection.prepended = true
    const field = spamStatusOf(connection.session.ref, decision).find(([name]) => name === 'X-Spam-Status')
    return field && `PREPEND ${field[0]}: ${field[1].replace(/\r\n\s+/g, ' ')}`
  }
}

const isRefusal = (decision: Decision | undefined): boolean => (decision?.reply.code ?? 0) >= 400

const transactionOf = (attributes: Attributes): string => `${attributes.get('instance')} ${attributes.get('sender')}`

/** Whether a request belongs to the transaction that is open. */
const isKnown = ({ instance }: PolicyConnection, attributes: Attributes): boolean =>
  instance === transactionOf(attributes)

async function greet(connection: PolicyConnection, attributes: Attributes): Promise<Decision | undefined> {
  const helo = attributes.get('helo_name') ?? ''
  const protocol = attributes.get('encryption_protocol') ?? ''
  const cipher = attributes.get('encryption_cipher') ?? ''
  const greeting = `${helo} ${protocol}`
  if (connection.helo === greeting) return undefined
  connection.helo = greeting
  delete connection.instance
  return await connection.session.helo(
    helo || undefined,
    protocol ? { protocol, ...(cipher && { cipher }) } : undefined,
  )
}

async function mail(connection: PolicyConnection, attributes: Attributes): Promise<Decision | undefined> {
  if (isKnown(connection, attributes)) return undefined
  if (connection.instance !== undefined) connection.session.reset()
  const user = attributes.get('sasl_username') ?? ''
  connection.instance = transactionOf(attributes)
  connection.prepended = false
  const decision = await connection.session.mail(attributes.get('sender') ?? '', { ...(user && { user }) })
  // The next request is judged again: Postfix may ask at MAIL and at RCPT.
  if (isRefusal(decision)) delete connection.instance
  return decision
}
