/** One client of Haraka. Plugins before ours may end a hook, so the session catches up with what it has not seen. */
import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision, Outcome } from '../../model/decision.ts'
import { canonical } from '../../net/address.ts'
import { type Incoming, message } from './message.ts'
import { addressOf, type HarakaConnection, type HarakaTransaction, type Path } from './types.ts'

export class HarakaSession {
  readonly session: Session
  /** The outcome of the message that Haraka is about to queue. */
  outcome: Outcome | undefined
  readonly #connection: HarakaConnection
  #reportedEarly: boolean
  #connected: Promise<Decision> | undefined
  #greeting: string | undefined
  #transaction: HarakaTransaction | undefined
  #recipients = new Map<Path, Decision>()
  #incoming: Incoming | undefined

  constructor(gateway: Gateway, connection: HarakaConnection) {
    this.session = gateway.open({
      ip: clientOf(connection),
      spokeEarly: connection.early_talker,
      repliesItself: true,
    })
    this.#connection = connection
    this.#reportedEarly = connection.early_talker
  }

  connect(): Promise<Decision> {
    this.#connected ??= this.session.connect()
    return this.#connected
  }

  /** @param isNew whether HELO or EHLO has just been sent @returns undefined when the session has seen it already */
  async greet(isNew = false): Promise<Decision | undefined> {
    const first = await this.connect()
    if (isRefusal(first)) return first
    const { hello, tls, early_talker: spokeEarly } = this.#connection
    const greeting = `${hello.verb} ${hello.host} ${tls.enabled}`
    if (!isNew && greeting === this.#greeting) return undefined
    if (this.#greeting === undefined && spokeEarly && !this.#reportedEarly) {
      this.#reportedEarly = true
      const decision = await this.session.pregreet()
      if (isRefusal(decision)) return decision
    }
    this.#greeting = greeting
    const { version = 'TLS', name } = tls.cipher ?? {}
    return await this.session.helo(
      hello.host || undefined,
      tls.enabled ? { protocol: version, ...(name && { cipher: name }) } : undefined,
    )
  }

  /** @returns undefined when the session has seen this transaction already */
  async mail(
    transaction: HarakaTransaction,
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<Decision | undefined> {
    const earlier = await this.greet()
    if (isRefusal(earlier)) return earlier
    if (this.#transaction === transaction) return undefined
    this.reset()
    this.#transaction = transaction
    const { auth_user: user } = this.#connection.notes
    const decision = await this.session.mail(addressOf(transaction.mail_from), {
      utf8: 'SMTPUTF8' in details,
      ...(typeof user === 'string' && user !== '' && { user }),
    })
    if (isRefusal(decision)) this.#transaction = undefined
    else if (transaction.uuid) this.session.setQueueId(transaction.uuid)
    return decision
  }

  async rcpt(transaction: HarakaTransaction, to: Path): Promise<Decision> {
    const earlier = await this.mail(transaction)
    if (isRefusal(earlier)) return earlier
    const decision = await this.session.rcpt(addressOf(to))
    this.#recipients.set(to, decision)
    return decision
  }

  async data(transaction: HarakaTransaction): Promise<Decision | Outcome> {
    const refused = await this.#matchRecipients(transaction)
    if (refused) return refused
    const incoming = message(transaction)
    this.#incoming = incoming
    const outcome = await this.session.data(incoming.content).finally(incoming.abort)
    if (this.#connection.transaction === transaction && outcome.reply.code < 400) {
      dropRecipients(transaction, path => isRefusal(outcome.each.get(addressOf(path))))
      this.outcome = outcome
    }
    return outcome
  }

  reset(): void {
    this.#incoming?.abort()
    this.#incoming = undefined
    this.#transaction = undefined
    this.#recipients = new Map()
    this.outcome = undefined
    this.session.reset()
  }

  close(): void {
    this.reset()
    this.session.close()
  }

  /** Takes over Haraka's list of recipients. @returns the refusal when none is left */
  async #matchRecipients(transaction: HarakaTransaction): Promise<Decision | undefined> {
    const { rcpt_to: recipients } = transaction
    // A later plugin may have refused a recipient, and an earlier one may have accepted one before our hook ran.
    const paths = new Set(recipients.map(addressOf))
    for (const path of this.#recipients.keys())
      if (!paths.has(addressOf(path))) this.session.removeRecipient(addressOf(path))
    let refused: Decision | undefined
    let accepted = 0
    for (const to of [...recipients]) {
      const known = this.#recipients.get(to)
      const decision = known ?? (await this.rcpt(transaction, to))
      if (!isRefusal(decision)) {
        accepted += 1
        continue
      }
      refused ??= decision
      // A recipient that Haraka keeps after our refusal was accepted by its operator (`hook_deny`).
      if (known === undefined) dropRecipients(transaction, path => addressOf(path) === addressOf(to))
    }
    return accepted === 0 ? refused : undefined
  }
}

const isRefusal = (decision: Decision | undefined): decision is Decision => (decision?.reply.code ?? 0) >= 400

/** Haraka has no address before a proxy has named its client, and no readable one for a client on a Unix socket. */
const clientOf = ({ remote }: HarakaConnection): string | undefined =>
  typeof remote.ip === 'string' ? canonical(remote.ip) : undefined

function dropRecipients({ rcpt_to: recipients }: HarakaTransaction, isDropped: (path: Path) => boolean): void {
  for (let index = recipients.length - 1; index >= 0; index -= 1) {
    const path = recipients[index]
    if (path && isDropped(path)) recipients.splice(index, 1)
  }
}
