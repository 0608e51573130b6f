/** The tables of a history in PostgreSQL, and its days: each has partitions, which are made ahead and dropped whole. */
import type { PostgresClient, Sql } from '../../postgres/client.ts'
import { PostgresFailure } from '../../postgres/failure.ts'
import type { Migrations } from '../../postgres/migrate.ts'

/**
 * An id begins with the time: `time * 2^20 + number`. So ids give the order of time whenever an event arrives, a page
 * goes on below an id, and the partitions of a search follow from its times.
 */
const FIRST = `
CREATE TABLE recipients (
  id bigint NOT NULL, recipient_key bigint NOT NULL, recipient_domain bigint NOT NULL, sender_key bigint,
  sender_domain bigint, author_key bigint, author_domain bigint, message_key bigint,
  fingerprint_key bigint, score double precision NOT NULL,
  txn integer NOT NULL, code smallint, ref text NOT NULL, ip text, reverse_path text NOT NULL, recipient text NOT NULL,
  verdict text NOT NULL, dry_run text, author text, subject text, message_id text, delivery text,
  rules bigint[] NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX ON recipients (id);
CREATE INDEX ON recipients (recipient_key, id);
CREATE INDEX ON recipients (recipient_domain, id);
CREATE INDEX ON recipients (sender_key, id) WHERE sender_key IS NOT NULL;
CREATE INDEX ON recipients (sender_domain, id) WHERE sender_domain IS NOT NULL;
CREATE INDEX ON recipients (author_key, id) WHERE author_key IS NOT NULL;
CREATE INDEX ON recipients (author_domain, id) WHERE author_domain IS NOT NULL;
CREATE INDEX ON recipients (message_key, id) WHERE message_key IS NOT NULL;
CREATE INDEX ON recipients (fingerprint_key, id) WHERE fingerprint_key IS NOT NULL;
CREATE INDEX ON recipients (ref, id);
CREATE INDEX ON recipients (ip, id) WHERE ip IS NOT NULL;
CREATE INDEX ON recipients (verdict, id) WHERE verdict <> 'accept';
CREATE INDEX ON recipients USING gin (rules);
CREATE TABLE blocks (id bigint NOT NULL, refs bigint[] NOT NULL, events bytea NOT NULL) PARTITION BY RANGE (id);
ALTER TABLE blocks ALTER COLUMN events SET STORAGE EXTERNAL;
CREATE INDEX ON blocks (id);
CREATE INDEX ON blocks USING gin (refs);
CREATE TABLE totals (
  kind text NOT NULL, name text NOT NULL, hour bigint NOT NULL, count bigint NOT NULL, PRIMARY KEY (kind, name, hour)
) WITH (fillfactor = 70);
CREATE INDEX ON totals (hour);
CREATE TABLE actions (
  id bigint NOT NULL, by text NOT NULL, action text NOT NULL, target text NOT NULL, event text NOT NULL
);
CREATE INDEX ON actions (id);
CREATE INDEX ON actions (by, id);
CREATE INDEX ON actions (target, id);
CREATE TABLE batches (
  writer text NOT NULL, number bigint NOT NULL, part text NOT NULL, time bigint NOT NULL,
  PRIMARY KEY (writer, number, part)
);
CREATE TABLE days (day integer PRIMARY KEY, shortened bigint, is_shortened boolean NOT NULL DEFAULT false);
`

/** Whether the score had reached the threshold `tag`. */
const SECOND = 'ALTER TABLE recipients ADD COLUMN tagged boolean'

export const HISTORY_TABLES: Migrations = { name: 'history', steps: [FIRST, SECOND] }

const DAY_MS = 86_400_000
const NUMBERS = 1_048_576n
/** Days beyond these are mistakes of a clock: 2000 to 2199. */
const [FIRST_DAY, LAST_DAY] = [10_957, 84_005]
/** An advisory lock of PostgreSQL for making and dropping days. */
const DAYS_LOCK = 0x706f7375

/** check_violation: there is no partition for a row. */
const NO_PARTITION = '23514'

export const dayOf = (time: number): number => Math.floor(time / DAY_MS)
export const startOf = (day: number): number => day * DAY_MS

/** The lowest id of a moment. */
export const idOf = (time: number, number = 0n): bigint =>
  bounded(BigInt(Math.max(Math.trunc(time), 0)) * NUMBERS + (number % NUMBERS))

/** The largest number of a column. */
export const MAX_ID = 2n ** 63n - 1n

const bounded = (id: bigint): bigint => (id < MAX_ID ? id : MAX_ID)

/** The id below which a page begins. Of what is no cursor of ours nothing is found. */
export function idIn(cursor: string | undefined): bigint {
  if (cursor === undefined) return MAX_ID
  return /^\d{1,19}$/.test(cursor) ? bounded(BigInt(cursor)) : 0n
}

/** Ids from `from` until before `to`. */
export interface Range {
  readonly from: bigint
  readonly to: bigint
}

/** `20261125` */
const nameOf = (day: number): string => new Date(startOf(day)).toISOString().slice(0, 10).replaceAll('-', '')

/** The days that have partitions, and their making. */
export class Days {
  readonly #client: PostgresClient
  readonly #known = new Set<number>()

  constructor(client: PostgresClient) {
    this.#client = client
  }

  /** Runs a transaction that writes into these days. @throws RangeError when one is no day of an event */
  async with(days: ReadonlySet<number>, work: (sql: Sql) => Promise<void>): Promise<void> {
    await this.ensure(days)
    try {
      await this.#client.transaction(work)
    } catch (error) {
      if (!(error instanceof PostgresFailure) || error.state !== NO_PARTITION) throw error
      // Another process has dropped a day meanwhile.
      this.#known.clear()
      await this.ensure(days)
      await this.#client.transaction(work)
    }
  }

  /** @throws RangeError when a day is none in which an event can have happened */
  async ensure(days: Iterable<number>): Promise<void> {
    for (const day of days) {
      if (this.#known.has(day)) continue
      if (day < FIRST_DAY || day > LAST_DAY) throw new RangeError(`an event of the day ${day} since 1970 is a mistake`)
      await this.#client.transaction(sql => create(sql, day))
      this.#known.add(day)
    }
  }

  /** All days, the oldest first, with the bytes of their tables. */
  async list(): Promise<readonly { readonly day: number; readonly bytes: number }[]> {
    const days = await this.#client.query<{ readonly day: number }>('SELECT day FROM days ORDER BY day')
    const sized: { readonly day: number; readonly bytes: number }[] = []
    for (const { day } of days) {
      const names = [`recipients_${nameOf(day)}`, `blocks_${nameOf(day)}`]
      const [row] = await this.#client.query<{ readonly bytes: string | null }>(
        `SELECT sum(pg_total_relation_size(oid))::text AS bytes FROM pg_class
         WHERE relname = ANY($1::text[]) AND relnamespace = current_schema()::regnamespace`,
        [names],
      )
      sized.push({ day, bytes: Number(row?.bytes ?? 0) })
    }
    return sized
  }

  /** Drops a day with all its events. */
  async drop(day: number): Promise<void> {
    this.#known.delete(day)
    await this.#client.transaction(async sql => {
      await sql.query(`SELECT pg_advisory_xact_lock(${DAYS_LOCK})`)
      await sql.query(`DROP TABLE IF EXISTS recipients_${nameOf(day)}, blocks_${nameOf(day)}`)
      await sql.query('DELETE FROM days WHERE day = $1', [day])
      await sql.query('DELETE FROM totals WHERE hour >= $1 AND hour < $2', [startOf(day), startOf(day + 1)])
      await sql.query('DELETE FROM actions WHERE id >= $1 AND id < $2', [
        String(idOf(startOf(day))),
        String(idOf(startOf(day + 1))),
      ])
    })
  }
}

/** A table is made first and attached then: attaching lets searches and writes of other days go on. */
async function create(sql: Sql, day: number): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(${DAYS_LOCK})`)
  const [found] = await sql.query('SELECT 1 FROM days WHERE day = $1', [day])
  if (found !== undefined) return
  const range = `FOR VALUES FROM (${idOf(startOf(day))}) TO (${idOf(startOf(day + 1))})`
  for (const table of ['recipients', 'blocks']) {
    const name = `${table}_${nameOf(day)}`
    // Room in each page lets a delivery be noted without new entries in all indexes.
    await sql.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL) WITH (fillfactor = 95)`)
    await sql.query(`ALTER TABLE ${table} ATTACH PARTITION ${name} ${range}`)
  }
  await sql.query('INSERT INTO days (day) VALUES ($1)', [day])
}
