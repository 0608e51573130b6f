/** The history as one viewer may see it. */
import type { History, HistoryPage } from '../../history/types.ts'
import type { GatewayEvent } from '../../model/events.ts'
import { type AskedHistory, historyQuery } from './queries.ts'
import { seesAll, seesRecipient, type Viewer } from './viewer.ts'

/** What a viewer may see of one session. */
export interface SeenSession {
  readonly events: readonly GatewayEvent[]
  /** Something of it concerns other recipients alone. */
  readonly isPartial: boolean
}

/** Searches for one viewer. */
export class ScopedHistory {
  readonly #history: Pick<History, 'search' | 'get'>
  readonly #viewer: Viewer

  constructor(history: Pick<History, 'search' | 'get'>, viewer: Viewer) {
    this.#history = history
    this.#viewer = viewer
  }

  async search(asked: AskedHistory): Promise<HistoryPage> {
    const page = await this.#history.search(historyQuery(this.#viewer, asked))
    // The store has the query; that nothing else comes through must not hang on it alone.
    return { ...page, entries: page.entries.filter(({ recipient }) => seesRecipient(this.#viewer, recipient)) }
  }

  /** Undefined where there is no such session, or nothing of it that the viewer may see. */
  async session(ref: string): Promise<SeenSession | undefined> {
    const events = await this.#history.get(ref)
    if (events.length === 0) return undefined
    if (seesAll(this.#viewer)) return { events, isPartial: false }
    return seenOf(events, recipient => seesRecipient(this.#viewer, recipient))
  }
}

/** Leaves out what concerns others: their recipients, their transactions, and how many they are. */
function seenOf(events: readonly GatewayEvent[], sees: (recipient: string) => boolean): SeenSession | undefined {
  const own = new Set<number>()
  let others = 0
  for (const event of events) {
    if (event.type !== 'recipient') continue
    if (sees(event.recipient)) own.add(event.transaction)
    else others += 1
  }
  if (own.size === 0) return undefined
  const isPartial = others > 0
  const seen = events.flatMap((event): readonly GatewayEvent[] => {
    switch (event.type) {
      case 'session':
        return [{ ...event, transactions: own.size }]
      case 'transaction':
        return own.has(event.transaction) ? [isPartial ? withoutCounts(event, events, sees) : event] : []
      case 'recipient':
      case 'delivery':
        return sees(event.recipient) ? [event] : []
      case 'action':
        return event.recipient !== undefined && sees(event.recipient) ? [event] : []
      case 'feedback':
        return isPartial ? [] : [event]
      case 'notice':
        return []
      default:
        event satisfies never
        return []
    }
  })
  return { events: seen, isPartial }
}

type TransactionEvent = Extract<GatewayEvent, { readonly type: 'transaction' }>

/** Counts the recipients that are seen, in place of all. */
function withoutCounts(
  event: TransactionEvent,
  events: readonly GatewayEvent[],
  sees: (recipient: string) => boolean,
): TransactionEvent {
  const own = events.filter(
    other => other.type === 'recipient' && other.transaction === event.transaction && sees(other.recipient),
  )
  const refused = own.filter(other => other.type === 'recipient' && other.stage === 'rcpt').length
  return { ...event, accepted: own.length - refused, refused }
}
