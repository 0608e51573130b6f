/** Collects the events of a gateway, and joins those of one session. */
import type { GatewayEvent } from '../../src/index.ts'
import type { RecipientEvent, SessionEvent, TransactionEvent } from '../../src/types.ts'

export interface LoggedTransaction extends TransactionEvent {
  /** Those that were accepted at RCPT. */
  readonly recipients: readonly RecipientEvent[]
  readonly forwardPaths: readonly string[]
}

export interface LoggedSession extends Omit<SessionEvent, 'transactions'> {
  readonly transactions: readonly LoggedTransaction[]
  /** Those that were refused at RCPT. */
  readonly refused: readonly RecipientEvent[]
}

interface Unfinished {
  readonly transactions: TransactionEvent[]
  readonly recipients: RecipientEvent[]
}

export class EventLog {
  readonly events: GatewayEvent[] = []
  /** One for each session that has ended. */
  readonly sessions: LoggedSession[] = []
  readonly #unfinished = new Map<string, Unfinished>()

  /** The sink. */
  readonly write = (event: GatewayEvent): void => {
    this.events.push(event)
    switch (event.type) {
      case 'transaction':
        this.#of(event.ref).transactions.push(event)
        break
      case 'recipient':
        this.#of(event.ref).recipients.push(event)
        break
      case 'session':
        this.sessions.push(joined(event, this.#of(event.ref)))
        this.#unfinished.delete(event.ref)
        break
      default:
    }
  }

  /** The events of one type. */
  of<T extends GatewayEvent['type']>(type: T): readonly Extract<GatewayEvent, { readonly type: T }>[] {
    return this.events.filter((event): event is Extract<GatewayEvent, { readonly type: T }> => event.type === type)
  }

  #of(ref: string): Unfinished {
    const known = this.#unfinished.get(ref)
    if (known !== undefined) return known
    const unfinished = { transactions: [], recipients: [] }
    this.#unfinished.set(ref, unfinished)
    return unfinished
  }
}

function joined(session: SessionEvent, { transactions, recipients }: Unfinished): LoggedSession {
  const wasAccepted = ({ stage, verdict }: RecipientEvent) =>
    stage === 'message' || verdict === 'accept' || verdict === 'quarantine'
  return {
    ...session,
    refused: recipients.filter(recipient => !wasAccepted(recipient)),
    transactions: transactions.map(event => {
      const own = recipients.filter(one => one.transaction === event.transaction && wasAccepted(one))
      return { ...event, recipients: own, forwardPaths: own.map(({ recipient }) => recipient) }
    }),
  }
}
