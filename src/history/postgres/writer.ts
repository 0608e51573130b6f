/** Writes a batch of events into PostgreSQL, in one transaction, and a batch that came before not again. */
import type { ActionEvent } from '../../model/action-event.ts'
import type { DeliveryEvent, GatewayEvent, RecipientEvent } from '../../model/events.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import type { Sql } from '../../postgres/client.ts'
import { MAX_BLOCK_EVENTS, packed } from '../block.ts'
import { EarlyDeliveries } from '../early-deliveries.ts'
import { marksOf } from '../personal.ts'
import { bareId, hashOf } from '../terms.ts'
import { Totals } from '../totals.ts'
import { TransactionCache, type TransactionFields } from '../transaction-cache.ts'
import { type Days, dayOf, idOf } from './schema.ts'

/** One event, with the JSON that it was sent as. */
export interface Line {
  readonly event: GatewayEvent
  readonly json: string
}

/** Names a batch, or a part of one. */
export interface BatchName {
  readonly writer: string
  readonly number: number
  readonly part: string
}

/** Rules of one recipient by which it is found. */
const MAX_RULES = 50
/** How long after a message its delivery may be reported. */
const MAX_DELIVERY_MS = 8 * 86_400_000
/** Batches of a writer that may come a second time. */
const MAX_REPEATED = 1_000

export class PostgresWriter {
  readonly #days: Days
  readonly #transactions = new TransactionCache()
  readonly #early = new EarlyDeliveries()
  /** The number of the last id: ids of one process differ for the next million events. */
  #number = BigInt(Math.floor(Math.random() * 2 ** 20))

  constructor(days: Days) {
    this.#days = days
  }

  /** Writes all lines, or throws and writes none. */
  async write(lines: readonly Line[], name: BatchName): Promise<void> {
    const ids = lines.map(({ event }) => this.#idOf(event))
    const rows = this.#rowsOf(lines, ids)
    const deliveries = noteDeliveries(lines, rows)
    for (const event of deliveries) this.#early.add(event)
    const blocks = blocksOf(lines, ids)
    const totals = new Totals()
    for (const { event } of lines) if (event.type === 'recipient') totals.add(event)
    const actions = lines.flatMap(({ event, json }, index) =>
      event.type === 'action' ? [actionRow(event, json, ids[index] ?? 0n)] : [],
    )
    const days = new Set(lines.map(({ event }) => dayOf(event.time)))
    await this.#days.with(days, async sql => {
      if (!(await isNew(sql, name, lines[0]?.event.time ?? 0))) return
      if (rows.length > 0) await sql.query(INSERT_RECIPIENTS, [JSON.stringify(rows)])
      for (const block of blocks) await sql.query('INSERT INTO blocks VALUES ($1, $2::bigint[], $3)', block)
      if (deliveries.length > 0) await updateDeliveries(sql, deliveries)
      if (actions.length > 0) await sql.query(INSERT_ACTIONS, [JSON.stringify(actions)])
      // Last, because other writers of the same hour wait for these rows.
      const counts = totals.sorted()
      if (counts.length > 0) await sql.query(ADD_TOTALS, [JSON.stringify(counts.map(storable))])
    })
  }

  #idOf({ time }: GatewayEvent): bigint {
    this.#number += 1n
    return idOf(time, this.#number)
  }

  #rowsOf(lines: readonly Line[], ids: readonly bigint[]): readonly NewRow[] {
    for (const { event } of lines) if (event.type === 'transaction') this.#transactions.add(event)
    return lines.flatMap(({ event }, index) =>
      event.type === 'recipient'
        ? [{ ...rowOf(event, this.#transactions.of(event), ids[index] ?? 0n), delivery: this.#early.of(event) ?? null }]
        : [],
    )
  }
}

type NewRow = ReturnType<typeof rowOf> & { delivery: string | null }

function rowOf(event: RecipientEvent, transaction: TransactionFields | undefined, id: bigint) {
  const { ref, ip, reversePath, recipient, verdict, dryRun, score, tagged = null, reply, findings } = event
  const { from = null, subject = null, messageId = null, fingerprint } = transaction ?? {}
  const [to, sender, author] = [keysOf(recipient), keysOf(reversePath), keysOf(from ?? '')]
  return storable({
    ...{ id: String(id), ref, ip, recipient, verdict, score, author: from, subject, message_id: messageId },
    ...{
      txn: event.transaction,
      reverse_path: reversePath,
      dry_run: dryRun ?? null,
      tagged,
      code: reply?.code ?? null,
    },
    recipient_key: to.address ?? 0,
    recipient_domain: to.domain ?? 0,
    sender_key: sender.address,
    sender_domain: sender.domain,
    // Where both are the same, one entry of an index is enough.
    author_key: author.address === sender.address ? null : author.address,
    author_domain: author.domain === sender.domain ? null : author.domain,
    message_key: messageId === null ? null : hashOf('messageId', bareId(messageId)),
    fingerprint_key: fingerprint === undefined ? null : hashOf('fingerprint', fingerprint),
    rules: [...new Set(findings.slice(0, MAX_RULES).map(({ rule }) => hashOf('rule', rule)))],
  })
}

/** The keys by which an address is found, whatever it is. */
export function keysOf(path: string): { readonly address: number | null; readonly domain: number | null } {
  if (path === '') return { address: null, domain: null }
  const mailbox = mailboxOf(path)
  const { domain } = mailbox
  return {
    address: hashOf('recipient', addressKey(mailbox)),
    domain: domain === '' ? null : hashOf('recipient', domain),
  }
}

/** PostgreSQL holds no character 0, and no half of a surrogate pair. */
function storable<T extends object>(row: T): T {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value,
  ])
  return Object.fromEntries(entries) as T
}

/** Notes deliveries at rows of the same batch. @returns those of earlier batches */
function noteDeliveries(lines: readonly Line[], rows: readonly NewRow[]): readonly DeliveryEvent[] {
  const byRef = Map.groupBy(rows, ({ ref }) => ref)
  return lines.flatMap(({ event }) => {
    if (event.type !== 'delivery') return []
    const { ref, recipient, transaction, result } = event
    const own = (byRef.get(ref) ?? []).filter(
      row => row.recipient === recipient && (transaction === undefined || row.txn === transaction),
    )
    for (const row of own) row.delivery = result
    return own.length > 0 ? [] : [event]
  })
}

function blocksOf(lines: readonly Line[], ids: readonly bigint[]): readonly (readonly unknown[])[] {
  // A block belongs to one day: it is dropped with it.
  const days = Map.groupBy(
    lines.map((line, index) => ({ line, id: ids[index] ?? 0n })),
    ({ line }) => dayOf(line.event.time),
  )
  return [...days.values()].flatMap(items =>
    Array.from({ length: Math.ceil(items.length / MAX_BLOCK_EVENTS) }, (_, index) => {
      const some = items.slice(index * MAX_BLOCK_EVENTS, (index + 1) * MAX_BLOCK_EVENTS)
      const marks = marksOf(some.map(({ line }) => line.event))
      return [String(some[0]?.id), marks, packed(some.map(({ line }) => line.json))]
    }),
  )
}

const actionRow = ({ by, action, target }: ActionEvent, json: string, id: bigint) =>
  storable({ ...{ id: String(id), by, action, target }, event: json })

const COLUMNS = `id bigint, recipient_key bigint, recipient_domain bigint, sender_key bigint, sender_domain bigint,
  author_key bigint, author_domain bigint, message_key bigint, fingerprint_key bigint, score double precision, txn integer, code smallint,
  ref text, ip text, reverse_path text, recipient text, verdict text, dry_run text, author text, subject text,
  message_id text, delivery text, rules bigint[], tagged boolean`

export const INSERT_RECIPIENTS = `INSERT INTO recipients SELECT * FROM json_to_recordset($1::text::json) AS r(${COLUMNS})`

const INSERT_ACTIONS = `INSERT INTO actions SELECT * FROM json_to_recordset($1::text::json)
  AS a(id bigint, by text, action text, target text, event text)`

const ADD_TOTALS = `INSERT INTO totals SELECT kind, name, hour, count FROM json_to_recordset($1::text::json)
  AS t(hour bigint, kind text, name text, count bigint)
  ON CONFLICT (kind, name, hour) DO UPDATE SET count = totals.count + excluded.count`

/** Notes a batch. @returns false where it was written before */
async function isNew(sql: Sql, { writer, number, part }: BatchName, time: number): Promise<boolean> {
  const added = await sql.query(
    'INSERT INTO batches VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1 AS added',
    [writer, number, part, time],
  )
  if (number % 100 === 0)
    await sql.query('DELETE FROM batches WHERE writer = $1 AND number < $2', [writer, number - MAX_REPEATED])
  return added.length > 0
}

async function updateDeliveries(sql: Sql, deliveries: readonly DeliveryEvent[]): Promise<void> {
  const rows = deliveries.map(({ ref, recipient, transaction, result }) =>
    storable({ ref, recipient, txn: transaction ?? null, result }),
  )
  const first = Math.min(...deliveries.map(({ time }) => time)) - MAX_DELIVERY_MS
  await sql.query(
    `UPDATE recipients AS r SET delivery = d.result
     FROM json_to_recordset($1::text::json) AS d(ref text, recipient text, txn integer, result text)
     WHERE r.id >= ${idOf(first)} AND r.ref = d.ref AND r.recipient = d.recipient AND (d.txn IS NULL OR r.txn = d.txn)`,
    [JSON.stringify(rows)],
  )
}
