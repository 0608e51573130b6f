/** A history in memory, of events that a test writes down, which counts what it was asked. */
import type { AggregateRow, AuditQuery, History, HistoryEntry, HistoryQuery } from '../../../src/history/types.ts'
import type { GatewayEvent, RecipientEvent } from '../../../src/model/events.ts'

const entryOf = (event: RecipientEvent): HistoryEntry => {
  const { time, ref, transaction, ip, reversePath, recipient, verdict, score } = event
  return { time, ref, transaction, ip, reversePath, recipient, verdict, score }
}

/** @param events the newest first @param totals what it has counted by the hour, whatever is asked for */
export function historyOf(events: readonly GatewayEvent[], totals: readonly AggregateRow[] = []) {
  const asked = { searches: 0, sessions: 0 }
  const recipients = events.filter(event => event.type === 'recipient')
  const within = ({ time }: { readonly time: number }, { since = 0, until = Infinity }: HistoryQuery | AuditQuery) =>
    time >= since && time < until
  const search = async (query: HistoryQuery) => {
    asked.searches += 1
    const { rule, domains, limit = 50, cursor = '0' } = query
    const found = recipients
      .filter(event => within(event, query))
      .filter(({ findings }) => rule === undefined || findings.some(other => other.rule === rule))
      .filter(({ recipient }) => domains === undefined || domains.some(name => recipient.endsWith(`@${name}`)))
    const end = Number(cursor) + limit
    return { entries: found.slice(Number(cursor), end).map(entryOf), ...(end < found.length && { next: String(end) }) }
  }
  const history: History = {
    search,
    get: async ref => {
      asked.sessions += 1
      return events.filter(event => event.ref === ref)
    },
    aggregate: async () => totals,
    audit: async query => ({
      events: events
        .filter(event => event.type === 'action')
        .filter(event => within(event, query))
        .filter(({ action, by }) => (query.action ?? action) === action && (query.by ?? by) === by),
    }),
    append: () => undefined,
    flush: async () => undefined,
    exported: async function* () {},
    erase: async () => 0,
    tidy: async () => undefined,
    metrics: () => [],
    close: async () => undefined,
  }
  return { history, asked }
}
