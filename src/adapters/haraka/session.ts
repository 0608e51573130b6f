/** One client of Haraka, and what its session has heard of it: plugins before ours may have kept a hook from us. */

import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision, Outcome } from '../../model/decision.ts'
import { canonical } from '../../net/address.ts'
import { type Incoming, message } from './message.ts'
import { addressOf, type HarakaConnection, type HarakaTransaction, type Path } from './types.ts'

export interface HarakaSession {
  readonly session: Session
  /** What became of the message that Haraka is about to queue. */
  outcome?: Outcome
  connect(): Promise<Decision>
  /** HELO or EHLO, if it was not heard yet. `anew` says that it has just been said. */
  greet(anew?: boolean): Promise<Decision | undefined>
  mail(transaction: HarakaTransaction, details?: Readonly<Record<string, unknown>>): Promise<Decision | undefined>
  rcpt(transaction: HarakaTransaction, to: Path): Promise<Decision>
  data(transaction: HarakaTransaction): Promise<Decision | Outcome>
  reset(): void
  close(): void
}

export function harakaSession(gateway: Gateway, connection: HarakaConnection): HarakaSession {
  const session = gateway.open({ ip: clientOf(connection), spokeEarly: connection.early_talker })
  let toldEarly = connection.early_talker
  let connected: Promise<Decision> | undefined
  let greeting: string | undefined
  let begun: HarakaTransaction | undefined
  let heard = new Map<Path, Decision>()
  let incoming: Incoming | undefined

  const connect = () => {
    connected ??= session.connect()
    return connected
  }
  const greet: HarakaSession['greet'] = async (anew = false) => {
    const first = await connect()
    if (first.reply.code >= 400) return first
    const { hello, tls, early_talker: early } = connection
    const said = `${hello.verb} ${hello.host} ${tls.enabled}`
    if (!anew && said === greeting) return undefined
    if (greeting === undefined && early && !toldEarly) {
      toldEarly = true
      const decision = await session.pregreet()
      if (decision.reply.code >= 400) return decision
    }
    greeting = said
    const { version = 'TLS', name } = tls.cipher ?? {}
    return await session.helo(
      hello.host || undefined,
      tls.enabled ? { protocol: version, ...(name && { cipher: name }) } : undefined,
    )
  }
  const mail: HarakaSession['mail'] = async (transaction, details = {}) => {
    const earlier = await greet()
    if (earlier && earlier.reply.code >= 400) return earlier
    if (begun === transaction) return undefined
    reset()
    begun = transaction
    const { auth_user: user } = connection.notes
    const decision = await session.mail(addressOf(transaction.mail_from), {
      utf8: 'SMTPUTF8' in details,
      ...(typeof user === 'string' && user !== '' && { user }),
    })
    if (decision.reply.code >= 400) begun = undefined
    return decision
  }
  const rcpt: HarakaSession['rcpt'] = async (transaction, to) => {
    const earlier = await mail(transaction)
    if (earlier && earlier.reply.code >= 400) return earlier
    const decision = await session.rcpt(addressOf(to))
    heard.set(to, decision)
    return decision
  }
  const reset = () => {
    incoming?.abort()
    incoming = undefined
    begun = undefined
    heard = new Map()
    delete self.outcome
    session.reset()
  }

  const self: HarakaSession = {
    session,
    connect,
    greet,
    mail,
    rcpt,
    data: async transaction => {
      const { rcpt_to: wanted } = transaction
      // Whom another plugin has refused after us is no recipient; whom one has taken before us we have not heard of.
      const paths = new Set(wanted.map(addressOf))
      for (const path of heard.keys()) if (!paths.has(addressOf(path))) session.removeRecipient(addressOf(path))
      let refused: Decision | undefined
      let accepted = 0
      for (const to of [...wanted]) {
        const known = heard.get(to)
        const decision = known ?? (await rcpt(transaction, to))
        if (decision.reply.code < 400) {
          accepted += 1
          continue
        }
        refused ??= decision
        // Whom Haraka takes though we have refused it aloud, it takes by its operator's word (`hook_deny`).
        if (known === undefined) drop(transaction, path => addressOf(path) === addressOf(to))
      }
      if (accepted === 0 && refused) return refused
      incoming = message(transaction)
      const outcome = await session.data(incoming.content).finally(incoming.abort)
      if (connection.transaction === transaction && outcome.reply.code < 400) {
        const refuses = (path: string) => (outcome.each.get(path)?.reply.code ?? 0) >= 400
        drop(transaction, path => refuses(addressOf(path)))
        self.outcome = outcome
      }
      return outcome
    },
    reset,
    close: () => {
      reset()
      session.close()
    },
  }
  return self
}

/** Haraka has none while a proxy has not told it, and none that can be read of a client on a Unix socket. */
const clientOf = ({ remote }: HarakaConnection): string | undefined =>
  typeof remote.ip === 'string' ? canonical(remote.ip) : undefined

function drop({ rcpt_to: wanted }: HarakaTransaction, unwanted: (path: Path) => boolean): void {
  for (let index = wanted.length - 1; index >= 0; index -= 1) {
    const path = wanted[index]
    if (path && unwanted(path)) wanted.splice(index, 1)
  }
}
