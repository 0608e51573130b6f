/** Actions of people in the file of a week. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { ActionEvent } from '../../model/action-event.ts'
import type { AuditQuery } from '../types.ts'

/** What one file has of a page. */
export interface FoundActions {
  readonly events: readonly ActionEvent[]
  /** The id below which the search of this file goes on; absent when the file is searched through. */
  readonly before?: number
}

/** Finds actions with an id below `before`, the newest first. */
export function actionsIn(connection: DatabaseSync, query: AuditQuery, before: number, limit: number): FoundActions {
  const { since, until, by, action, target } = query
  const conditions: [condition: string, value: SQLInputValue | undefined][] = [
    ['id < ?', before],
    ['time >= ?', since],
    ['time < ?', until],
    ['by = ?', by],
    ['action = ?', action],
    ['target = ?', target],
  ]
  const given = conditions.filter(([, value]) => value !== undefined)
  const rows = connection
    .prepare(
      `SELECT id, event FROM actions WHERE ${given.map(([text]) => text).join(' AND ')} ORDER BY id DESC LIMIT ?`,
    )
    .all(...given.map(([, value]) => value ?? null), limit)
  const events = rows.map(({ event }) => JSON.parse(String(event)) as ActionEvent)
  const last = rows.length < limit ? undefined : rows.at(-1)
  return { events, ...(last && { before: Number(last.id) }) }
}
