/** Searches the file of a week. */
import type { DatabaseSync } from 'node:sqlite'
import type { GatewayEvent } from '../../model/events.ts'
import { eventsIn } from '../block.ts'
import { entryOf, matcherOf, type Row } from '../row.ts'
import { type Alternatives, alternativesOf, hashOf } from '../terms.ts'
import type { HistoryEntry, HistoryQuery } from '../types.ts'

/** Rows that one search looks at in one file before it gives back what it has. */
const MAX_ROWS = 10_000

interface StoredRow extends Row {
  readonly id: number
}

/** What one file has of a page. */
export interface Found {
  readonly entries: readonly HistoryEntry[]
  /** The id below which the search of this file goes on; absent when the file is searched through. */
  readonly before?: number
}

/** Finds recipients with an id below `before`, the newest first. */
export function searchWeek(connection: DatabaseSync, query: HistoryQuery, before: number, limit: number): Found {
  if (alternativesOf(query).some(terms => terms.length === 0)) return { entries: [] }
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
function rowsOf(connection: DatabaseSync, query: HistoryQuery, before: number): IterableIterator<StoredRow> {
  const { since = 0, until = Number.MAX_SAFE_INTEGER } = query
  const times = 'time >= ? AND time < ?'
  const alternatives = alternativesOf(query)
  const [first, ...rest] = alternatives.toSorted((a, b) => sizeOf(connection, a) - sizeOf(connection, b))
  if (first === undefined) {
    const all = connection.prepare(`SELECT * FROM recipients WHERE id < ? AND ${times} ORDER BY id DESC`)
    return all.iterate(before, since, until) as unknown as IterableIterator<StoredRow>
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
  return some.iterate(...values) as unknown as IterableIterator<StoredRow>
}

const marks = (terms: Alternatives): string => terms.map(() => '?').join(', ')

/** Rows that are counted to find the rarest term. */
const MAX_COUNTED = 1_000

function sizeOf(connection: DatabaseSync, terms: Alternatives): number {
  const counted = connection.prepare('SELECT count(*) AS count FROM (SELECT 1 FROM terms WHERE term = ? LIMIT ?)')
  return terms.reduce((sum, term) => sum + Number(counted.get(term, MAX_COUNTED)?.count ?? 0), 0)
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
