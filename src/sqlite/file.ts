/** Opens files of SQLite: readable by their owner alone, recognised by their id, created with their schema once. */
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** What a file is. */
export interface FileKind {
  /** Tells it from a database of another program: `PRAGMA application_id`. */
  readonly application: number
  /** `PRAGMA user_version`. */
  readonly version: number
  /** Creates the tables of the first version. */
  readonly schema: string
  /** What leads from each version to the next: one less than `version`. @default none, the version is 1 */
  readonly upgrades?: readonly string[]
  /** Set at each opening, after the file was recognised. */
  readonly pragmas: string
  /** How long another process may lock the file, in milliseconds. */
  readonly timeout: number
}

/**
 * Opens a file, and creates it where there is none; of two processes that create it at the same time, the second finds
 * the tables.
 *
 * @throws Error when the file cannot be opened, is corrupt, or belongs to another program
 */
export function openSqliteFile(
  file: string,
  { application, version, schema, upgrades = [], pragmas, timeout }: FileKind,
): DatabaseSync {
  // The file contains people's addresses.
  closeSync(openSync(file, 'a', 0o600))
  const connection = new DatabaseSync(file, { timeout })
  try {
    connection.exec('PRAGMA trusted_schema = OFF')
    const { id, present, isEmpty } = inTransaction(connection, () => described(connection), 'DEFERRED')
    if (id !== application && !isEmpty) throw new Error(`${file} is a database of another program: name another file`)
    if (present > version) throw new Error(`${file} was made by a later version of postern: name another file`)
    connection.exec(pragmas)
    if (present < version)
      inTransaction(connection, () => {
        // Another process may have done it meanwhile.
        const steps = [schema, ...upgrades].slice(pragma(connection, 'user_version'))
        if (steps.length === 0) return
        const mark = `PRAGMA application_id = ${application}; PRAGMA user_version = ${version};`
        connection.exec([...steps, mark].join('\n'))
      })
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** What the file says of itself. Read in one transaction: another process may create the tables at this moment. */
function described(connection: DatabaseSync) {
  const [id, present] = [pragma(connection, 'application_id'), pragma(connection, 'user_version')]
  const isEmpty = pragma(connection, 'page_count') === 0 || (id === 0 && present === 0 && tables(connection) === 0)
  return { id, present, isEmpty }
}

/**
 * Commits what `work` does, or nothing of it. A transaction that only reads is `DEFERRED`, and sees one state.
 *
 * @throws what `work` throws, or SQLite
 */
export function inTransaction<T>(
  connection: DatabaseSync,
  work: () => T,
  kind: 'IMMEDIATE' | 'DEFERRED' = 'IMMEDIATE',
): T {
  connection.exec(`BEGIN ${kind}`)
  try {
    const result = work()
    connection.exec('COMMIT')
    return result
  } catch (error) {
    // After a full disk SQLite has rolled back already.
    if (connection.isTransaction) connection.exec('ROLLBACK')
    throw error
  }
}

const pragma = (connection: DatabaseSync, name: string): number =>
  Number(connection.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)

const tables = (connection: DatabaseSync): number =>
  Number(connection.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count ?? 0)
