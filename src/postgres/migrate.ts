/** Versions of tables: forward only, one after the other, by one process at a time. */
import type { PostgresClient, Sql } from './client.ts'
import { PostgresFailure } from './failure.ts'

/** What creates the tables of a room. */
export interface Migrations {
  /** The room, such as `history`. */
  readonly name: string
  /** Statements that lead from version n to n + 1; the first leads to version 1. What was released never changes. */
  readonly steps: readonly string[]
}

/** An advisory lock of PostgreSQL; others of the same database may not use this number. */
const LOCK = 0x706f7374

/**
 * Brings the tables to the last version. Several processes may call this at the same time: one works, the others wait
 * for it.
 *
 * @throws PostgresFailure when the tables were made by a later version, or the user may not create tables
 */
export async function migrate(client: PostgresClient, schema: string, { name, steps }: Migrations): Promise<void> {
  await client.transaction(async sql => {
    await sql.query(`SELECT pg_advisory_xact_lock(${LOCK})`)
    await createSchema(sql, schema)
    await sql.query('CREATE TABLE IF NOT EXISTS versions (name text PRIMARY KEY, version integer NOT NULL)')
    const [found] = await sql.query<{ version: number }>('SELECT version FROM versions WHERE name = $1', [name])
    const present = found?.version ?? 0
    if (present > steps.length)
      throw new PostgresFailure(
        'refused',
        `the tables of ${name} in the schema ${schema} were made by a later version of postern: name another schema`,
      )
    for (const step of steps.slice(present)) await sql.query(step)
    if (present < steps.length)
      await sql.query(
        `INSERT INTO versions VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET version = excluded.version`,
        [name, steps.length],
      )
  })
}

/** Who may use a schema may not always create one: it is asked for first. */
async function createSchema(sql: Sql, schema: string): Promise<void> {
  const [found] = await sql.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  if (found === undefined) await sql.query(`CREATE SCHEMA ${schema}`)
}
