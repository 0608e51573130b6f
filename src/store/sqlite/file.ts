/** The file of a store: readable by its owner alone, recognised by its id, and renamed when it is corrupt. */
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { type FileKind, openSqliteFile } from '../../sqlite/file.ts'

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
`

const STORE: FileKind = {
  application: APPLICATION,
  version: VERSION,
  schema: SCHEMA,
  pragmas:
    'PRAGMA cache_size = -32768; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216',
  timeout: LOCK_TIMEOUT_MS,
}

/**
 * Opens the file, and creates it where there is none. A commit survives the end of the process at any moment; a failure
 * of the machine may lose the last commits, and never corrupts the file.
 *
 * @throws Error when the file cannot be opened or belongs to another program
 */
export const openFile = (file: string): DatabaseSync => openSqliteFile(file, STORE)

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
