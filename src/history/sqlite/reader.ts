/** Searches the file of a week. */
import type { DatabaseSync } from 'node:sqlite'
import type { GatewayEvent } from '../../model/events.ts'
import type { Verdict } from '../../model/finding.ts'
import { canonical } from '../../net/address.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'
import { type Alternatives, addressName, alternativesOf, bareId, hashOf, refName } from '../terms.ts'
import type { HistoryEntry, HistoryQuery } from '../types.ts'
import { eventsIn } from './block.ts'

/** Rows that one search looks at in one file before it gives back what it has. */
const MAX_ROWS = 10_000

interface Row {
  readonly id: number
  readonly time: number
  readonly ref: string
  readonly txn: number
  readonly ip: string | null
  readonly reverse_path: string
  readonly recipient: string
  readonly verdict: string
  readonly dry_run: string | null
  readonly score: number
  readonly code: number | null
  readonly author: string | null
  readonly subject: string | null
  readonly message_id: string | null
  readonly delivery: string | null
}

/** What one file has of a page. */
export interface Found {
  readonly entries: readonly HistoryEntry[]
  /** The id below which the search of this file goes on; absent when the file is searched through. */
  readonly before?: number
}

/** Finds recipients with an id below `before`, the newest first. */
export function searchWeek(connection: DatabaseSync, query: HistoryQuery, before: number, limit: number): Found {
  const matches = matcherOf(query)
  const entries: HistoryEntry[] = []
  let rows = 0
  for (const row of rowsOf(connection, query, before)) {
    rows += 1
    if (matches(row)) entries.push(entryOf(row))
    if (entries.length >= limit || rows >= MAX_ROWS) return { entries, before: row.id }
  }
  return { entries }
}

/** Rows that may match, by their terms. */
function rowsOf(connection: DatabaseSync, query: HistoryQuery, before: number): IterableIterator<Row> {
  const { since = 0, until = Number.MAX_SAFE_INTEGER } = query
  const times = 'time >= ? AND time < ?'
  const alternatives = alternativesOf(query)
  const [first, ...rest] = alternatives.toSorted((a, b) => sizeOf(connection, a) - sizeOf(connection, b))
  if (first === undefined) {
    const all = connection.prepare(`SELECT * FROM recipients WHERE id < ? AND ${times} ORDER BY id DESC`)
    return all.iterate(before, since, until) as unknown as IterableIterator<Row>
  }
  const holds = rest.map(
    terms => ` AND EXISTS (SELECT 1 FROM terms AS other WHERE other.id = found.id AND other.term IN (${marks(terms)}))`,
  )
  const one = `SELECT id FROM terms WHERE term = ? AND id < ?`
  const union = first.map(() => one).join(' UNION ')
  const some = connection.prepare(
    `SELECT recipients.* FROM (${union} ORDER BY id DESC) AS found JOIN recipients ON recipients.id = found.id
     WHERE ${times}${holds.join('')} ORDER BY found.id DESC`,
  )
  const values = [...first.flatMap(term => [term, before]), since, until, ...rest.flat()]
  return some.iterate(...values) as unknown as IterableIterator<Row>
}

const marks = (terms: Alternatives): string => terms.map(() => '?').join(', ')

/** Rows that are counted to find the rarest term. */
const MAX_COUNTED = 1_000

function sizeOf(connection: DatabaseSync, terms: Alternatives): number {
  const counted = connection.prepare('SELECT count(*) AS count FROM (SELECT 1 FROM terms WHERE term = ? LIMIT ?)')
  return terms.reduce((sum, term) => sum + Number(counted.get(term, MAX_COUNTED)?.count ?? 0), 0)
}

/** Compares a row with what the query says: two terms may have the same hash. Rules are not in the row. */
function matcherOf(query: HistoryQuery): (row: Row) => boolean {
  const { recipient, sender, ip, ref, messageId, verdict, domains } = query
  const isNamed = (path: string, name: string): boolean =>
    path !== '' && (name.includes('@') ? addressName(path) === name : mailboxOf(path).domain === name)
  const tests: ((row: Row) => boolean)[] = []
  if (verdict !== undefined) tests.push(row => row.verdict === verdict)
  if (domains !== undefined) {
    const allowed = new Set(domains.map(domainOf))
    tests.push(row => allowed.has(mailboxOf(row.recipient).domain))
  }
  if (recipient !== undefined) {
    const name = addressName(recipient)
    tests.push(row => isNamed(row.recipient, name))
  }
  if (sender !== undefined) {
    const name = addressName(sender)
    tests.push(row => isNamed(row.reverse_path, name) || isNamed(row.author ?? '', name))
  }
  if (ip !== undefined) tests.push(row => row.ip === (canonical(ip) ?? ip))
  if (ref !== undefined) tests.push(row => row.ref === refName(ref))
  if (messageId !== undefined) tests.push(row => bareId(row.message_id ?? '') === bareId(messageId))
  return row => tests.every(test => test(row))
}

function entryOf(row: Row): HistoryEntry {
  const { time, ref, ip, recipient, score, dry_run, code, author, subject, message_id, delivery } = row
  return {
    time,
    ref,
    transaction: row.txn,
    ip,
    reversePath: row.reverse_path,
    recipient,
    verdict: row.verdict as Verdict,
    ...(dry_run !== null && { dryRun: dry_run as Verdict }),
    score,
    ...(code !== null && { code }),
    ...(author !== null && { from: author }),
    ...(subject !== null && { subject }),
    ...(message_id !== null && { messageId: message_id }),
    ...(delivery !== null && { delivery: delivery as NonNullable<HistoryEntry['delivery']> }),
  }
}

/** All events of a session that this file has, in the order in which they came. */
export function sessionIn(connection: DatabaseSync, ref: string): readonly GatewayEvent[] {
  const rows = connection
    .prepare(
      'SELECT events FROM places JOIN blocks ON blocks.id = places.block WHERE ref = ? ORDER BY block LIMIT 1000',
    )
    .all(hashOf('ref', ref))
  return rows.flatMap(({ events }) => (events instanceof Uint8Array ? eventsIn(events, ref) : []))
}

/** One line of {@link totalsIn}. */
export interface Total {
  readonly hour: number
  readonly name: string
  readonly count: number
}

/** Sums of the hours from `since` until before `until`. */
export const totalsIn = (connection: DatabaseSync, kind: string, since: number, until: number): readonly Total[] =>
  connection
    .prepare('SELECT hour, name, count FROM totals WHERE hour >= ? AND hour < ? AND kind = ? ORDER BY hour, name')
    .all(since, until, kind) as unknown as readonly Total[]
