/** Shortens the file of a week, some rows in each turn, so that searches go on meanwhile. */
import type { DatabaseSync } from 'node:sqlite'
import type { GatewayEvent } from '../../model/events.ts'
import { linesOf, packed } from '../block.ts'
import { marksOf, personalTerms } from '../personal.ts'
import type { Shortener } from '../privacy.ts'
import type { Row } from '../row.ts'
import { erasing } from './week.ts'

const MAX_ROWS = 2_000
const MAX_BLOCKS = 50
/** What `progress` says of a file that is done. */
const DONE = -1

/** Works for one turn. @returns whether something is left */
export function shortenIn(connection: DatabaseSync, shortener: Shortener): boolean {
  return erasing(connection, () => {
    const rows = progressOf(connection, 'rows')
    if (rows !== DONE) {
      noteProgress(connection, 'rows', shortenRows(connection, shortener, rows))
      return true
    }
    const blocks = progressOf(connection, 'blocks')
    if (blocks === DONE) return false
    const next = shortenBlocks(connection, shortener, blocks)
    noteProgress(connection, 'blocks', next)
    return next !== DONE
  })
}

/** Whether a file is shortened. */
export const isShortened = (connection: DatabaseSync): boolean => progressOf(connection, 'blocks') === DONE

/** Events have come into a file that was begun: it is gone through again. */
export const restartShortening = (connection: DatabaseSync): void => {
  connection.exec('DELETE FROM progress')
}

function progressOf(connection: DatabaseSync, name: string): number {
  return Number(connection.prepare('SELECT value FROM progress WHERE name = ?').get(name)?.value ?? 0)
}

function noteProgress(connection: DatabaseSync, name: string, value: number): void {
  connection
    .prepare('INSERT INTO progress VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
    .run(name, value)
}

function shortenRows(connection: DatabaseSync, shortener: Shortener, after: number): number {
  const rows = connection
    .prepare('SELECT * FROM recipients WHERE id > ? ORDER BY id LIMIT ?')
    .all(after, MAX_ROWS) as unknown as readonly (Row & { readonly id: number })[]
  const dropTerm = connection.prepare('DELETE FROM terms WHERE term = ? AND id = ?')
  const addTerm = connection.prepare('INSERT OR IGNORE INTO terms (term, id) VALUES (?, ?)')
  const update = connection.prepare(`
    UPDATE recipients SET ip = ?, reverse_path = ?, recipient = ?, author = ?, subject = ?, message_id = ? WHERE id = ?`)
  for (const row of rows) {
    const short = shortener.row(row)
    for (const term of personalTerms(row)) dropTerm.run(term, row.id)
    for (const term of personalTerms(short)) addTerm.run(term, row.id)
    update.run(short.ip, short.reverse_path, short.recipient, short.author, short.subject, short.message_id, row.id)
  }
  return rows.length < MAX_ROWS ? DONE : (rows.at(-1)?.id ?? DONE)
}

function shortenBlocks(connection: DatabaseSync, shortener: Shortener, after: number): number {
  const blocks = connection
    .prepare('SELECT id, events FROM blocks WHERE id > ? ORDER BY id LIMIT ?')
    .all(after, MAX_BLOCKS)
  const update = connection.prepare('UPDATE blocks SET events = ? WHERE id = ?')
  const dropPlace = connection.prepare('DELETE FROM places WHERE ref = ? AND block = ?')
  const addPlace = connection.prepare('INSERT OR IGNORE INTO places (ref, block) VALUES (?, ?)')
  for (const { id, events } of blocks)
    if (events instanceof Uint8Array) {
      const full = linesOf(events).map(line => JSON.parse(line) as GatewayEvent)
      const short = full.map(event => shortener.event(event))
      for (const mark of marksOf(full)) dropPlace.run(mark, Number(id))
      for (const mark of marksOf(short)) addPlace.run(mark, Number(id))
      update.run(packed(short.map(event => JSON.stringify(event))), Number(id))
    }
  return blocks.length < MAX_BLOCKS ? DONE : Number(blocks.at(-1)?.id)
}
