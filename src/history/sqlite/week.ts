/** One file of history for each week (ISO 8601), so that old ones can be dropped whole. */
import type { DatabaseSync } from 'node:sqlite'
import { type FileKind, inTransaction, openSqliteFile } from '../../sqlite/file.ts'

/** 'hist': the id that tells a history from a database of another program. */
const APPLICATION = 0x68697374
const FIRST = `
CREATE TABLE recipients (
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, ref TEXT NOT NULL, txn INTEGER NOT NULL, ip TEXT,
  reverse_path TEXT NOT NULL, recipient TEXT NOT NULL, verdict TEXT NOT NULL, dry_run TEXT, score REAL NOT NULL,
  code INTEGER, author TEXT, subject TEXT, message_id TEXT, delivery TEXT
) STRICT;
CREATE TABLE terms (term INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (term, id)) STRICT, WITHOUT ROWID;
CREATE TABLE blocks (id INTEGER PRIMARY KEY, events BLOB NOT NULL) STRICT;
CREATE TABLE places (ref INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (ref, block)) STRICT, WITHOUT ROWID;
CREATE TABLE totals (
  hour INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (hour, kind, name)
) STRICT, WITHOUT ROWID;
`

/** Actions of people; and how far a work has come that takes several turns. */
const SECOND = `
CREATE TABLE actions (
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, by TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
  event TEXT NOT NULL
) STRICT;
CREATE INDEX actions_by ON actions (by, id);
CREATE INDEX actions_target ON actions (target, id);
CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

/** Whether the score had reached the threshold `tag`. */
const THIRD = 'ALTER TABLE recipients ADD COLUMN tagged INTEGER;'

const WEEK: FileKind = {
  application: APPLICATION,
  version: 3,
  schema: FIRST,
  upgrades: [SECOND, THIRD],
  pragmas: `PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864;`,
  timeout: 5_000,
}

const WEEK_MS = 7 * 86_400_000
/** The first Monday of the era: 5 January 1970. */
const MONDAY_MS = 4 * 86_400_000

/** The number of the week of a moment. */
export const weekOf = (time: number): number => Math.floor((time - MONDAY_MS) / WEEK_MS)

/** When a week begins, in milliseconds since 1970. */
export const startOf = (week: number): number => MONDAY_MS + week * WEEK_MS

/** `history-2026-11-23.db`: the Monday of its week. */
export const fileName = (week: number): string => `history-${new Date(startOf(week)).toISOString().slice(0, 10)}.db`

/** The week of a file; undefined for other files. */
export function weekOfFile(name: string): number | undefined {
  const day = /^history-(\d{4}-\d{2}-\d{2})\.db$/.exec(name)?.[1]
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(time) || startOf(weekOf(time)) !== time ? undefined : weekOf(time)
}

/**
 * Opens the file of a week, and creates it where there is none. Other processes may read while one writes. A commit
 * survives the end of the process; a failure of the machine may lose the last commits, and never corrupts the file.
 *
 * @throws Error when the file cannot be opened, is corrupt or belongs to another program
 */
export const openWeek = (file: string): DatabaseSync => openSqliteFile(file, WEEK)

/** Runs a transaction whose removed rows are overwritten, not only taken out of the index. Others cost a tenth less. */
export function erasing<T>(connection: DatabaseSync, work: () => T): T {
  connection.exec('PRAGMA secure_delete = ON')
  try {
    return inTransaction(connection, work)
  } finally {
    connection.exec('PRAGMA secure_delete = OFF')
  }
}
