/** Removes what the file of a week has of an address, or gives it out. */
import type { DatabaseSync } from 'node:sqlite'
import type { GatewayEvent } from '../../model/events.ts'
import { linesOf, packed } from '../block.ts'
import { hashOfSender, isAbout, isOf, keyOf, lonelyRefs, type Person, personalTerms } from '../personal.ts'
import type { ExportedPage } from '../tasks.ts'
import { addressName, hashOf } from '../terms.ts'
import { erasing } from './week.ts'

interface PersonRow extends Person {
  readonly id: number
}

/**
 * Removes every recipient that has this address as recipient, reverse-path or author, with all events about it. What
 * others received of the same message stays, unless the address is its sender.
 *
 * @returns how many recipients were removed
 */
export function eraseIn(connection: DatabaseSync, address: string): number {
  const name = addressName(address)
  const rows = rowsWith(connection, [hashOf('recipient', name), hashOf('sender', name)], name)
  const dropTerm = connection.prepare('DELETE FROM terms WHERE term = ? AND id = ?')
  const dropRow = connection.prepare('DELETE FROM recipients WHERE id = ?')
  erasing(connection, () => {
    for (const row of rows) {
      // Rules name no person: their terms lead nowhere once the row is gone.
      for (const term of personalTerms(row)) dropTerm.run(term, row.id)
      dropRow.run(row.id)
    }
    const erased = new Set(rows.map(keyOf))
    const refs = [...rows.map(row => row.ref), ...lonelyRefsIn(connection, name)]
    for (const ref of new Set(refs)) rewriteBlocks(connection, ref, name, erased)
  })
  return rows.length
}

/** Rows that a page of an export begins with. */
const MAX_EXPORTED = 200

/** Events of the sessions of the next rows of an address, after the row `after`. */
export function exportFrom(connection: DatabaseSync, address: string, after: number): ExportedWeek {
  const name = addressName(address)
  const { rows, last } = rowsAfter(connection, name, after)
  const refs = [...(after === 0 ? lonelyRefsIn(connection, name) : []), ...rows.map(({ ref }) => ref)]
  const sessions = [...new Set(refs)].map(ref => {
    const keys = new Set(rowsWith(connection, [hashOf('ref', ref)], name).map(keyOf))
    const lines = blocksOf(connection, ref).flatMap(({ lines: all }) => all)
    return { ref, lines: lines.filter(line => isOfSession(line, ref, name, keys)) }
  })
  return { sessions, ...(last !== undefined && { after: last }) }
}

interface ExportedWeek {
  readonly sessions: ExportedPage['sessions']
  /** The id after which it goes on; absent at the end. */
  readonly after?: number
}

function rowsAfter(connection: DatabaseSync, name: string, after: number) {
  const terms = [hashOf('recipient', name), hashOf('sender', name)]
  const ids = connection
    .prepare('SELECT DISTINCT id FROM terms WHERE term IN (?, ?) AND id > ? ORDER BY id LIMIT ?')
    .all(...terms, after, MAX_EXPORTED)
    .map(({ id }) => Number(id))
  const one = connection.prepare(`SELECT ${COLUMNS} FROM recipients WHERE id = ?`)
  const rows = ids.map(id => one.get(id) as unknown as PersonRow).filter(row => isOf(row, name))
  return { rows, last: ids.length < MAX_EXPORTED ? undefined : ids.at(-1) }
}

const isOfSession = (line: string, ref: string, name: string, keys: ReadonlySet<string>): boolean => {
  if (!line.includes(JSON.stringify(ref))) return false
  const event = JSON.parse(line) as GatewayEvent
  return event.ref === ref && isAbout(event, name, keys)
}

const COLUMNS = 'recipients.id AS id, ref, txn, ip, recipient, reverse_path, author, message_id'

function rowsWith(connection: DatabaseSync, terms: readonly number[], name: string): readonly PersonRow[] {
  const found = connection.prepare(
    `SELECT ${COLUMNS} FROM recipients
     WHERE id IN (SELECT id FROM terms WHERE term IN (${terms.map(() => '?').join(', ')})) ORDER BY id`,
  )
  return (found.all(...terms) as unknown as readonly PersonRow[]).filter(row => isOf(row, name))
}

interface Block {
  readonly id: number
  readonly lines: readonly string[]
}

const blocksOf = (connection: DatabaseSync, ref: string): readonly Block[] =>
  markedBlocks(connection, hashOf('ref', ref))

/** Sessions in which the address is the sender of a transaction without recipients. */
const lonelyRefsIn = (connection: DatabaseSync, name: string): readonly string[] =>
  markedBlocks(connection, hashOfSender(name)).flatMap(({ lines }) => lonelyRefs(lines, name))

function markedBlocks(connection: DatabaseSync, mark: number): readonly Block[] {
  return connection
    .prepare('SELECT id, events FROM places JOIN blocks ON blocks.id = places.block WHERE ref = ? ORDER BY id')
    .all(mark)
    .flatMap(({ id, events }) => (events instanceof Uint8Array ? [{ id: Number(id), lines: linesOf(events) }] : []))
}

function rewriteBlocks(connection: DatabaseSync, ref: string, name: string, erased: ReadonlySet<string>): void {
  const update = connection.prepare('UPDATE blocks SET events = ? WHERE id = ?')
  for (const { id, lines } of blocksOf(connection, ref)) {
    const kept = lines.filter(line => !isAbout(JSON.parse(line) as GatewayEvent, name, erased))
    if (kept.length < lines.length) update.run(packed(kept), id)
  }
}
