/** Shortens days in PostgreSQL, some rows in each transaction, so that searches and writes go on meanwhile. */
import type { GatewayEvent } from '../../model/events.ts'
import type { PostgresClient, Sql } from '../../postgres/client.ts'
import { linesOf, packed } from '../block.ts'
import { marksOf } from '../personal.ts'
import type { Shortener } from '../privacy.ts'
import type { Row } from '../row.ts'
import { bareId, hashOf } from '../terms.ts'
import { idOf, startOf } from './schema.ts'
import { INSERT_RECIPIENTS, keysOf } from './writer.ts'

const MAX_ROWS = 1_000
const MAX_BLOCKS = 20
/** Held by the process that shortens. */
const LOCK = 0x706f7376

/**
 * Works for one turn at the oldest day before `before` that is not done.
 *
 * @returns whether something is left
 */
export async function shortenDay(client: PostgresClient, shortener: Shortener, before: number): Promise<boolean> {
  return await client.transaction(async sql => {
    await sql.query(`SELECT pg_advisory_xact_lock(${LOCK})`)
    const [day] = await sql.query<{ readonly day: number; readonly shortened: string | null }>(
      'SELECT day, shortened FROM days WHERE day < $1 AND NOT is_shortened ORDER BY day LIMIT 1',
      [before],
    )
    if (day === undefined) return false
    const from = day.shortened === null ? idOf(startOf(day.day)) : BigInt(day.shortened)
    const end = idOf(startOf(day.day + 1))
    // Blocks and rows have ids of the same kind: both are gone through by the same steps.
    const to = await stepEnd(sql, from, end)
    await shortenRows(sql, shortener, from, to)
    await shortenBlocks(sql, shortener, from, to)
    await sql.query('UPDATE days SET shortened = $2, is_shortened = $3 WHERE day = $1', [
      day.day,
      String(to),
      to === end,
    ])
    return true
  })
}

/** The id before which there are not too many rows and blocks. */
async function stepEnd(sql: Sql, from: bigint, end: bigint): Promise<bigint> {
  const after = (table: string, count: number): string =>
    `(SELECT id FROM ${table} WHERE id >= ${from} AND id < ${end} ORDER BY id OFFSET ${count} LIMIT 1)`
  const [row] = await sql.query<{ readonly id: string | null }>(
    `SELECT least(${after('recipients', MAX_ROWS)}, ${after('blocks', MAX_BLOCKS)})::text AS id`,
  )
  const id = row?.id == null ? end : BigInt(row.id)
  return id > from ? id : from + 1n
}

async function shortenRows(sql: Sql, shortener: Shortener, from: bigint, to: bigint): Promise<void> {
  const rows = await sql.query<Row & { readonly id: string }>(
    `DELETE FROM recipients WHERE id >= ${from} AND id < ${to} RETURNING *`,
  )
  const short = rows.map(row => {
    const { reverse_path, recipient, author, message_id, ...rest } = shortener.row(row)
    const [to, sender, from] = [keysOf(recipient), keysOf(reverse_path), keysOf(author ?? '')]
    return {
      ...{ ...rest, reverse_path, recipient, author, message_id },
      ...{ recipient_key: to.address ?? 0, sender_key: sender.address },
      author_key: from.address === sender.address ? null : from.address,
      message_key: message_id === null ? null : hashOf('messageId', bareId(message_id)),
    }
  })
  if (short.length > 0) await sql.query(INSERT_RECIPIENTS, [JSON.stringify(short)])
}

async function shortenBlocks(sql: Sql, shortener: Shortener, from: bigint, to: bigint): Promise<void> {
  const blocks = await sql.query<{
    readonly id: string
    readonly refs: readonly string[]
    readonly events: Uint8Array
  }>(`DELETE FROM blocks WHERE id >= ${from} AND id < ${to} RETURNING *`)
  for (const { id, events } of blocks) {
    const short = linesOf(events).map(line => shortener.event(JSON.parse(line) as GatewayEvent))
    const lines = short.map(event => JSON.stringify(event))
    await sql.query('INSERT INTO blocks VALUES ($1, $2::bigint[], $3)', [id, marksOf(short), packed(lines)])
  }
}
