/** What a history in PostgreSQL answers beside searches: sessions, counts, actions, exports; and what it erases. */
import type { ActionEvent } from '../../model/action-event.ts'
import type { GatewayEvent } from '../../model/events.ts'
import type { PostgresClient, Sql } from '../../postgres/client.ts'
import { eventsIn, linesOf, packed } from '../block.ts'
import { hashOfSender, isAbout, isOf, keyOf, lonelyRefs, type Person } from '../personal.ts'
import type { ExportedPage } from '../tasks.ts'
import { addressName, hashOf, refName } from '../terms.ts'
import type { AggregateQuery, AggregateRow, AuditPage, AuditQuery } from '../types.ts'
import { Values } from './conditions.ts'
import { idIn, idOf } from './schema.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500
/** Blocks of one session, or of one statement. */
const MAX_BLOCKS = 500
/** Rows that a page of an export, or a turn of an erasure, begins with. */
const MAX_ROWS = 200

interface PersonRow extends Person {
  readonly id: string
}

interface Block {
  readonly id: string
  readonly place: string
  readonly part: string
  readonly events: Uint8Array
}

/** All events of a session, in the order in which they came. */
export async function sessionOf(client: PostgresClient, ref: string): Promise<readonly GatewayEvent[]> {
  const name = refName(ref)
  return (await blocksOf(client, name)).flatMap(({ events }) => eventsIn(events, name))
}

export async function aggregateOf(client: PostgresClient, query: AggregateQuery): Promise<readonly AggregateRow[]> {
  const { since, until = Number.MAX_SAFE_INTEGER, by, domains } = query
  const rows = await client.query<{ readonly hour: string; readonly name: string; readonly count: string }>(
    `SELECT hour, name, count FROM totals WHERE kind = $1 AND hour >= $2 AND hour < $3
     AND ($4::text[] IS NULL OR name = ANY($4::text[])) ORDER BY hour, name COLLATE "C"`,
    [by, since, until, domains === undefined ? null : [...domains]],
  )
  return rows.map(({ hour, name, count }) => ({ hour: Number(hour), name, count: Number(count) }))
}

export async function auditOf(client: PostgresClient, query: AuditQuery): Promise<AuditPage> {
  const { since, until, by, action, target, cursor } = query
  const limit = Math.min(Math.max(query.limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT)
  const values = new Values()
  const conditions = [
    ...(since === undefined ? [] : [`id >= ${idOf(since)}`]),
    ...(until === undefined ? [] : [`id < ${idOf(until)}`]),
    ...(cursor === undefined ? [] : [`id < ${idIn(cursor)}`]),
    ...(by === undefined ? [] : [`by = ${values.add(by)}`]),
    ...(action === undefined ? [] : [`action = ${values.add(action)}`]),
    ...(target === undefined ? [] : [`target = ${values.add(target)}`]),
  ]
  const rows = await client.query<{ readonly id: string; readonly event: string }>(
    `SELECT id::text AS id, event FROM actions WHERE ${conditions.join(' AND ') || 'true'} ORDER BY actions.id DESC
     LIMIT ${limit}`,
    values.list,
  )
  const last = rows.length < limit ? undefined : rows.at(-1)
  return { events: rows.map(({ event }) => JSON.parse(event) as ActionEvent), ...(last && { next: last.id }) }
}

/** Events of the sessions of the next rows of an address. */
export async function exportOf(client: PostgresClient, address: string, cursor?: string): Promise<ExportedPage> {
  const name = addressName(address)
  const ids = await idsOf(client, name, cursor === undefined ? 0n : BigInt(cursor))
  const lonely = cursor === undefined ? await lonelyRefsIn(client, name) : []
  const refs = new Set([...lonely, ...ids.filter(row => isOf(row, name)).map(({ ref }) => ref)])
  const sessions: { readonly ref: string; readonly lines: readonly string[] }[] = []
  for (const ref of refs) {
    const rows = await client.query<PersonRow>(`SELECT ${PERSON} FROM recipients WHERE ref = $1`, [ref])
    const keys = new Set(rows.filter(row => isOf(row, name)).map(keyOf))
    const lines = (await blocksOf(client, ref)).flatMap(({ events }) => linesOf(events))
    sessions.push({ ref, lines: lines.filter(line => isOfSession(line, ref, name, keys)) })
  }
  const last = ids.length < MAX_ROWS ? undefined : ids.at(-1)
  return { sessions, ...(last && { next: last.id }) }
}

function isOfSession(line: string, ref: string, name: string, keys: ReadonlySet<string>): boolean {
  if (!line.includes(JSON.stringify(ref))) return false
  const event = JSON.parse(line) as GatewayEvent
  return event.ref === ref && isAbout(event, name, keys)
}

/** Removes an address, some rows in each transaction. @returns how many recipients were removed */
export async function eraseFrom(client: PostgresClient, address: string): Promise<number> {
  const name = addressName(address)
  for (const ref of new Set(await lonelyRefsIn(client, name)))
    await client.transaction(sql => rewriteBlocks(sql, ref, name, new Set()))
  let erased = 0
  let after = 0n
  for (;;) {
    const ids = await idsOf(client, name, after)
    const rows = ids.filter(row => isOf(row, name))
    if (rows.length > 0)
      await client.transaction(async sql => {
        const values = new Values()
        const places = rows.map(
          row => `(${values.add(row.id)}::bigint, ${values.add(row.ref)}, ${values.add(row.recipient)})`,
        )
        await sql.query(`DELETE FROM recipients WHERE (id, ref, recipient) IN (${places.join(', ')})`, values.list)
        const keys = new Set(rows.map(keyOf))
        for (const ref of new Set(rows.map(row => row.ref))) await rewriteBlocks(sql, ref, name, keys)
      })
    erased += rows.length
    const last = ids.at(-1)
    if (ids.length < MAX_ROWS || last === undefined) return erased
    after = BigInt(last.id)
  }
}

const PERSON = 'id::text AS id, ref, txn, ip, recipient, reverse_path, author, message_id'

async function idsOf(client: PostgresClient, name: string, after: bigint): Promise<readonly PersonRow[]> {
  const key = hashOf('recipient', name)
  const branches = ['recipient_key', 'sender_key', 'author_key'].map(
    column => `(SELECT * FROM recipients WHERE ${column} = ${key} AND id > ${after} ORDER BY id LIMIT ${MAX_ROWS})`,
  )
  return await client.query<PersonRow>(
    `SELECT ${PERSON} FROM (${branches.join(' UNION ')}) AS found ORDER BY found.id LIMIT ${MAX_ROWS}`,
  )
}

const blocksOf = (client: Sql, ref: string, lock = ''): Promise<readonly Block[]> =>
  markedBlocks(client, hashOf('ref', ref), lock)

/** Sessions in which the address is the sender of a transaction without recipients. */
async function lonelyRefsIn(client: Sql, name: string): Promise<readonly string[]> {
  const refs: string[] = []
  let after: string | undefined
  do {
    const blocks = await markedBlocks(client, hashOfSender(name), '', after)
    refs.push(...blocks.flatMap(({ events }) => lonelyRefs(linesOf(events), name)))
    after = blocks.length < MAX_BLOCKS ? undefined : blocks.at(-1)?.id
  } while (after !== undefined)
  return refs
}

async function markedBlocks(client: Sql, mark: number, lock = '', after = '0'): Promise<readonly Block[]> {
  return await client.query<Block>(
    `SELECT id::text AS id, ctid::text AS place, tableoid::regclass::text AS part, events FROM blocks
     WHERE refs @> ARRAY[${mark}::bigint] AND blocks.id > ${BigInt(after)} ORDER BY blocks.id LIMIT ${MAX_BLOCKS} ${lock}`,
  )
}

async function rewriteBlocks(sql: Sql, ref: string, name: string, keys: ReadonlySet<string>): Promise<void> {
  for (const { place, part, events } of await blocksOf(sql, ref, 'FOR UPDATE')) {
    const lines = linesOf(events)
    const kept = lines.filter(line => !isAbout(JSON.parse(line) as GatewayEvent, name, keys))
    if (kept.length < lines.length)
      await sql.query(`UPDATE ${part} SET events = $1 WHERE ctid = $2::text::tid`, [packed(kept), place])
  }
}
