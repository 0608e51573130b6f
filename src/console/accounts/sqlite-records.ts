/** Records in a file of SQLite: for one machine. */
import type { DatabaseSync } from 'node:sqlite'
import { type Clock, systemClock } from '../../model/services.ts'
import { type FileKind, openSqliteFile } from '../../sqlite/file.ts'
import { recordKey } from './record-key.ts'
import { type ConsoleRecords, MAX_LISTED, type NewRecord, type RecordKind, type StoredRecord } from './records.ts'

const CONSOLE: FileKind = {
  // 'cons'
  application: 0x636f6e73,
  version: 1,
  schema: `
CREATE TABLE records (
  kind TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER,
  version INTEGER NOT NULL, PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX owned ON records (kind, owner);
CREATE INDEX expiring ON records (expires);
`,
  // A link that was used must not work again after a loss of power.
  pragmas: 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON',
  timeout: 5_000,
}

/** What `sqliteRecords` takes. */
export interface SqliteRecordsOptions {
  /** The file; it is created where there is none, readable by its owner alone. */
  readonly file: string
  /** @default the system's clock */
  readonly clock?: Pick<Clock, 'now'>
}

/**
 * Keeps accounts, sessions and tokens of the console in a file of SQLite.
 *
 * @throws Error when the file cannot be opened, is corrupt, or belongs to another program
 */
export const sqliteRecords = ({ file, clock = systemClock }: SqliteRecordsOptions): ConsoleRecords =>
  new SqliteRecords(openSqliteFile(file, CONSOLE), clock)

class SqliteRecords implements ConsoleRecords {
  readonly #connection: DatabaseSync
  readonly #clock: Pick<Clock, 'now'>

  constructor(connection: DatabaseSync, clock: Pick<Clock, 'now'>) {
    this.#connection = connection
    this.#clock = clock
  }

  async get(kind: RecordKind, id: string): Promise<StoredRecord | undefined> {
    const sql = `SELECT * FROM records WHERE kind = ? AND id = ? AND ${CURRENT}`
    const row = this.#connection.prepare(sql).get(kind, recordKey(id), this.#clock.now())
    return row && recordOf(row)
  }

  async list(kind: RecordKind, owner?: string): Promise<readonly StoredRecord[]> {
    const owned = owner === undefined ? '' : ' AND owner = ?'
    const sql = `SELECT * FROM records WHERE kind = ?${owned} AND ${CURRENT} ORDER BY id LIMIT ${MAX_LISTED}`
    const values = owner === undefined ? [kind] : [kind, owner]
    return this.#connection
      .prepare(sql)
      .all(...values, this.#clock.now())
      .map(recordOf)
  }

  async put(kind: RecordKind, id: string, record: NewRecord, version: number): Promise<boolean> {
    const { owner = '', value, expires = null } = record
    const key = recordKey(id)
    if (version > 0) {
      const sql = `UPDATE records SET owner = ?, value = ?, expires = ?, version = version + 1
        WHERE kind = ? AND id = ? AND version = ?`
      return this.#connection.prepare(sql).run(owner, value, expires, kind, key, version).changes === 1
    }
    // What has expired is not there, whether or not it was removed.
    const sql = `INSERT INTO records (kind, id, owner, value, expires, version) VALUES (?, ?, ?, ?, ?, 1)
      ON CONFLICT (kind, id) DO UPDATE SET owner = excluded.owner, value = excluded.value, expires = excluded.expires,
      version = records.version + 1 WHERE records.expires <= ?`
    return this.#connection.prepare(sql).run(kind, key, owner, value, expires, this.#clock.now()).changes === 1
  }

  async remove(kind: RecordKind, id: string): Promise<boolean> {
    const sql = `DELETE FROM records WHERE kind = ? AND id = ? AND ${CURRENT}`
    return this.#connection.prepare(sql).run(kind, recordKey(id), this.#clock.now()).changes === 1
  }

  async removeOwned(kind: RecordKind, owner: string, except = ''): Promise<void> {
    this.#connection
      .prepare('DELETE FROM records WHERE kind = ? AND owner = ? AND id <> ?')
      .run(kind, owner, recordKey(except))
  }

  async tidy(): Promise<void> {
    this.#connection.prepare('DELETE FROM records WHERE expires <= ?').run(this.#clock.now())
  }

  async close(): Promise<void> {
    this.#connection.close()
  }
}

const CURRENT = '(expires IS NULL OR expires > ?)'

const recordOf = ({ id, owner, value, expires, version }: Readonly<Record<string, unknown>>): StoredRecord => ({
  id: String(id),
  owner: String(owner),
  value: String(value),
  ...(expires !== null && { expires: Number(expires) }),
  version: Number(version),
})
