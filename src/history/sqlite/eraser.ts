/** Removes what the file of a week has of an address. */
import type { DatabaseSync } from 'node:sqlite'
import type { GatewayEvent } from '../../model/events.ts'
import { inTransaction } from '../../sqlite/file.ts'
import { addressName, bareId, hashOf, namesOf } from '../terms.ts'
import { linesOf, packed } from '../block.ts'

interface Row {
  readonly id: number
  readonly ref: string
  readonly txn: number
  readonly ip: string | null
  readonly recipient: string
  readonly reverse_path: string
  readonly author: string | null
  readonly message_id: string | null
}

/**
 * Removes every recipient that has this address as recipient, reverse-path or author, with all events about it. What
 * others received of the same message stays, unless the address is its sender.
 *
 * @returns how many recipients were removed
 */
export function eraseIn(connection: DatabaseSync, address: string): number {
  const name = addressName(address)
  const rows = rowsOf(connection, name)
  const dropTerm = connection.prepare('DELETE FROM terms WHERE term = ? AND id = ?')
  const dropRow = connection.prepare('DELETE FROM recipients WHERE id = ?')
  inTransaction(connection, () => {
    for (const row of rows) {
      // Rules name no person: their terms lead nowhere once the row is gone.
      for (const term of personalTerms(row)) dropTerm.run(term, row.id)
      dropRow.run(row.id)
    }
    const erased = new Set(rows.map(keyOf))
    for (const ref of new Set(rows.map(row => row.ref))) rewriteBlocks(connection, ref, name, erased)
  })
  return rows.length
}

function rowsOf(connection: DatabaseSync, name: string): readonly Row[] {
  const found = connection.prepare(
    `SELECT recipients.id AS id, ref, txn, ip, recipient, reverse_path, author, message_id FROM recipients
     WHERE id IN (SELECT id FROM terms WHERE term IN (?, ?))`,
  )
  const rows = found.all(hashOf('recipient', name), hashOf('sender', name)) as unknown as readonly Row[]
  return rows.filter(row =>
    [row.recipient, row.reverse_path, row.author ?? ''].some(path => path !== '' && addressName(path) === name),
  )
}

function* personalTerms({ ref, ip, recipient, reverse_path, author, message_id }: Row): Generator<number> {
  for (const value of namesOf(recipient)) yield hashOf('recipient', value)
  for (const path of [reverse_path, author ?? '']) for (const value of namesOf(path)) yield hashOf('sender', value)
  if (ip !== null) yield hashOf('ip', ip)
  if (message_id !== null) yield hashOf('messageId', bareId(message_id))
  yield hashOf('ref', ref)
}

const keyOf = ({ ref, txn, recipient }: Pick<Row, 'ref' | 'txn' | 'recipient'>): string => `${ref} ${txn} ${recipient}`

function rewriteBlocks(connection: DatabaseSync, ref: string, name: string, erased: ReadonlySet<string>): void {
  const blocks = connection
    .prepare('SELECT id, events FROM places JOIN blocks ON blocks.id = places.block WHERE ref = ?')
    .all(hashOf('ref', ref))
  const update = connection.prepare('UPDATE blocks SET events = ? WHERE id = ?')
  for (const { id, events } of blocks) {
    if (!(events instanceof Uint8Array)) continue
    const lines = linesOf(events)
    const kept = lines.filter(line => !isErased(JSON.parse(line) as GatewayEvent, name, erased))
    if (kept.length < lines.length) update.run(packed(kept), Number(id))
  }
}

function isErased(event: GatewayEvent, name: string, erased: ReadonlySet<string>): boolean {
  switch (event.type) {
    case 'transaction':
      return [event.reversePath, event.from ?? ''].some(path => path !== '' && addressName(path) === name)
    case 'recipient':
      return erased.has(keyOf({ ref: event.ref, txn: event.transaction, recipient: event.recipient }))
    case 'delivery':
      return addressName(event.recipient) === name || erased.has(keyOf({ ...event, txn: event.transaction ?? 1 }))
    default:
      return false
  }
}
