/**
 * Batches that wait on the disk while the database is away, in the order in which they came. Each process has a file,
 * which it locks; what a process has left that has ended is taken over by the next one.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type FileKind, openSqliteFile } from '../sqlite/file.ts'
import type { Batch } from './tasks.ts'

/** 'wait': the id that tells the file from a database of another program. */
const KIND: FileKind = {
  application: 0x77616974,
  version: 1,
  schema: `CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT, writer TEXT NOT NULL, number INTEGER NOT NULL, events INTEGER NOT NULL,
    lines BLOB NOT NULL
  ) STRICT;`,
  // A batch is on the disk when it is taken. The lock of the first transaction lasts until the file is closed.
  pragmas: `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;
    BEGIN EXCLUSIVE; COMMIT;`,
  timeout: 0,
}

const NAME = /^waiting-[\w-]{12}\.db$/
/** SQLITE_BUSY: another process has the file. */
const BUSY = 5

/** One file. */
interface WaitingFile {
  readonly path: string
  readonly connection: DatabaseSync
}

/** The batch that waits longest. */
export interface WaitingBatch extends Batch {
  /** How many events it has. */
  readonly events: number
}

export class WaitingFiles {
  readonly #folder: string
  readonly #max: number
  /** Files of processes that have ended, the oldest first. */
  readonly #left: WaitingFile[] = []
  #own: WaitingFile | undefined
  #bytes = 0

  /** @param max bytes of all files together */
  constructor(folder: string, max: number) {
    this.#folder = folder
    this.#max = max
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes over what processes have left that have ended.
   *
   * @returns files that cannot be read: they stay as they are
   */
  takeOver(): readonly string[] {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const unreadable: string[] = []
    const known = new Set([this.#own, ...this.#left].map(file => file?.path))
    for (const name of readdirSync(this.#folder)
      .filter(file => NAME.test(file))
      .sort()) {
      const path = join(this.#folder, name)
      if (known.has(path)) continue
      let connection: DatabaseSync | undefined
      try {
        connection = openUnlessBusy(path)
      } catch {
        unreadable.push(path)
      }
      if (connection === undefined) continue
      this.#bytes += bytesIn(connection)
      this.#left.push({ path, connection })
    }
    return unreadable
  }

  /** Keeps a batch. @returns false where there is no room for it */
  add({ writer, number, lines }: Batch, events: number): boolean {
    const packed = zstdCompressSync(lines)
    if (this.#bytes + packed.length > this.#max) return false
    this.#own ??= this.#open()
    this.#own.connection
      .prepare('INSERT INTO batches (writer, number, events, lines) VALUES (?, ?, ?, ?)')
      .run(writer, number, events, packed)
    this.#bytes += packed.length
    return true
  }

  /** The batch that waits longest; undefined when there is none. */
  first(): WaitingBatch | undefined {
    for (const { connection } of this.#files()) {
      const row = connection.prepare('SELECT writer, number, events, lines FROM batches ORDER BY id LIMIT 1').get()
      if (row === undefined) continue
      const lines = row.lines instanceof Uint8Array ? zstdDecompressSync(row.lines).toString() : ''
      return { writer: String(row.writer), number: Number(row.number), events: Number(row.events), lines }
    }
    return undefined
  }

  /** Removes the batch that {@link first} has given. */
  removeFirst(): void {
    for (const { connection } of this.#files()) {
      const [row] = connection
        .prepare('DELETE FROM batches WHERE id = (SELECT min(id) FROM batches) RETURNING length(lines) AS bytes')
        .all()
      if (row === undefined) continue
      this.#bytes -= Number(row.bytes)
      break
    }
    this.#dropEmpty()
  }

  close(): void {
    this.#dropEmpty()
    for (const { connection } of this.#files()) connection.close()
    this.#own = undefined
    this.#left.length = 0
  }

  #files(): readonly WaitingFile[] {
    return [...this.#left, ...(this.#own ? [this.#own] : [])]
  }

  #open(): WaitingFile {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const path = join(this.#folder, `waiting-${randomBytes(9).toString('base64url')}.db`)
    return { path, connection: openSqliteFile(path, KIND) }
  }

  #dropEmpty(): void {
    for (const file of this.#files()) {
      if (bytesIn(file.connection) > 0) continue
      file.connection.close()
      for (const end of ['', '-journal']) rmSync(`${file.path}${end}`, { force: true })
      const at = this.#left.indexOf(file)
      if (at >= 0) this.#left.splice(at, 1)
      else this.#own = undefined
    }
  }
}

const bytesIn = (connection: DatabaseSync): number =>
  Number(connection.prepare('SELECT sum(length(lines)) AS bytes FROM batches').get()?.bytes ?? 0)

function openUnlessBusy(path: string): DatabaseSync | undefined {
  try {
    return openSqliteFile(path, KIND)
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && Number(error.errcode) === BUSY) return undefined
    throw error
  }
}
