/** The file of a store: readable by its owner alone, recognised by its id, and renamed when it is corrupt. */
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** 'post': the id that tells a store from a database of another program. */
const APPLICATION = 0x706f7374
const VERSION = 1

/** How long another process may lock the file, in milliseconds. Only the store's thread waits for it. */
const LOCK_TIMEOUT_MS = 1_000

const SCHEMA = `
CREATE TABLE IF NOT EXISTS entries (
  key TEXT PRIMARY KEY, value TEXT NOT NULL, expires REAL NOT NULL, again INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_end ON entries (again, expires);
CREATE TABLE IF NOT EXISTS anchor (
  id INTEGER PRIMARY KEY CHECK (id = 1), time REAL NOT NULL, wall REAL NOT NULL, monotonic REAL NOT NULL, boot TEXT NOT NULL
) STRICT;
PRAGMA application_id = ${APPLICATION};
PRAGMA user_version = ${VERSION};
`

/**
 * Opens the file, and creates it where there is none. A commit survives the end of the process at any moment; a failure
 * of the machine may lose the last commits, and never corrupts the file.
 *
 * @throws Error when the file cannot be opened or belongs to another program
 */
export function openFile(file: string): DatabaseSync {
  // The file contains people's addresses.
  closeSync(openSync(file, 'a', 0o600))
  const connection = new DatabaseSync(file, { timeout: LOCK_TIMEOUT_MS })
  try {
    connection.exec('PRAGMA trusted_schema = OFF; PRAGMA cache_size = -32768')
    const application = pragma(connection, 'application_id')
    const version = pragma(connection, 'user_version')
    const isEmpty = pragma(connection, 'page_count') === 0
    if (!isEmpty && application !== APPLICATION && !(application === 0 && version === 0 && tables(connection) === 0))
      throw new Error(`${file} is a database of another program: name another file`)
    if (version > VERSION) throw new Error(`${file} was made by a later version of postern: name another file`)
    connection.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216',
    )
    if (version < VERSION) connection.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

const pragma = (connection: DatabaseSync, name: string): number =>
  Number(connection.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)

const tables = (connection: DatabaseSync): number =>
  Number(connection.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count ?? 0)

/** SQLITE_CORRUPT and SQLITE_NOTADB, with any extended code. */
export const isBroken = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff)

/** Identifies the file that has this name now; undefined if there is none. */
export function identity(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

/** A mark older than this was left by a process that has ended, in milliseconds. */
const STALE_MS = 10_000

/**
 * Renames a corrupt file, over a file that was corrupt before, and returns the new name. Of several processes that find
 * the file corrupt one does so; the others get undefined.
 */
export function setAside(file: string, broken: string): string | undefined {
  const mark = `${file}.mending`
  const marked = statSync(mark, { throwIfNoEntry: false })
  if (marked && Date.now() - marked.mtimeMs > STALE_MS) rmSync(mark, { force: true })
  try {
    closeSync(openSync(mark, 'wx', 0o600))
  } catch {
    return undefined
  }
  try {
    if (identity(file) !== broken) return undefined
    const aside = `${file}.corrupt`
    rmSync(aside, { force: true })
    renameSync(file, aside)
    for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
    return aside
  } finally {
    rmSync(mark, { force: true })
  }
}
