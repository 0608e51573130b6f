/** The thread of the console's records in PostgreSQL: what its client throws ends the thread alone. */
import { parentPort, workerData } from 'node:worker_threads'
import { PostgresClient } from '../../../postgres/client.ts'
import { type Migrations, migrate } from '../../../postgres/migrate.ts'
import type { PostgresPlace } from '../../../postgres/options.ts'
import { serveTasks } from '../../../threads/serve-tasks.ts'
import { MAX_LISTED, type StoredRecord } from '../records.ts'
import type { RecordTask } from './records.ts'

const { place } = workerData as { readonly place: PostgresPlace }
const client = new PostgresClient(place, 'postern console')
let tables: Promise<void> | undefined

const TABLES: Migrations = {
  name: 'console',
  steps: [
    `CREATE TABLE console_records (
       kind text NOT NULL, id text NOT NULL, owner text NOT NULL, value text NOT NULL, expires bigint,
       version integer NOT NULL, PRIMARY KEY (kind, id));
     CREATE INDEX console_records_owned ON console_records (kind, owner);
     CREATE INDEX console_records_expiring ON console_records (expires)`,
  ],
}

const CURRENT = '(expires IS NULL OR expires > $1)'

async function ready(): Promise<void> {
  tables ??= migrate(client, place.schema, TABLES)
  try {
    await tables
  } catch (error) {
    tables = undefined
    throw error
  }
}

/** Numbers of 64 bits come as texts. */
type Row = Omit<StoredRecord, 'expires'> & { readonly expires: string | null }

const recordOf = ({ id, owner, value, expires, version }: Row): StoredRecord => ({
  ...{ id, owner, value, version },
  ...(expires !== null && { expires: Number(expires) }),
})

async function perform(task: RecordTask): Promise<unknown> {
  if (task.kind !== 'close') await ready()
  switch (task.kind) {
    case 'get': {
      const sql = `SELECT id, owner, value, expires, version FROM console_records WHERE ${CURRENT} AND kind = $2 AND id = $3`
      const [row] = await client.query<Row>(sql, [task.now, task.of, task.id])
      return row && recordOf(row)
    }
    case 'list': {
      const owned = task.owner === undefined ? '' : ' AND owner = $3'
      const sql = `SELECT id, owner, value, expires, version FROM console_records WHERE ${CURRENT} AND kind = $2${owned}
        ORDER BY id LIMIT ${MAX_LISTED}`
      const values = [task.now, task.of, ...(task.owner === undefined ? [] : [task.owner])]
      return (await client.query<Row>(sql, values)).map(recordOf)
    }
    case 'put': {
      const { now, of, id, owner, value, expires, version } = task
      const update = `UPDATE console_records SET owner = $3, value = $4, expires = $5, version = version + 1
        WHERE kind = $1 AND id = $2 AND version = $6 RETURNING 1`
      // What has expired is not there, whether or not it was removed.
      const insert = `INSERT INTO console_records AS old (kind, id, owner, value, expires, version)
        VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (kind, id) DO UPDATE SET owner = excluded.owner,
        value = excluded.value, expires = excluded.expires, version = old.version + 1 WHERE old.expires <= $6 RETURNING 1`
      const values = [of, id, owner, value, expires, version > 0 ? version : now]
      return (await client.query(version > 0 ? update : insert, values)).length === 1
    }
    case 'remove': {
      const sql = `DELETE FROM console_records WHERE ${CURRENT} AND kind = $2 AND id = $3 RETURNING 1`
      return (await client.query(sql, [task.now, task.of, task.id])).length === 1
    }
    case 'removeOwned':
      await client.query('DELETE FROM console_records WHERE kind = $1 AND owner = $2 AND id <> $3', [
        ...[task.of, task.owner, task.except],
      ])
      return undefined
    case 'tidy':
      await client.query('DELETE FROM console_records WHERE expires <= $1', [task.now])
      return undefined
    case 'close':
      await client.close()
      parentPort?.close()
      return undefined
    default:
      throw task satisfies never
  }
}

serveTasks(perform)
