/** The index of a quarantine: which messages are held for whom. It stands in a file of SQLite beside the messages. */
import type { DatabaseSync } from 'node:sqlite'
import { type FileKind, inTransaction, openSqliteFile } from '../../sqlite/file.ts'
import type { HeldKind, HeldRecipient } from '../types.ts'

/** 'held': the id that tells the index from a database of another program. */
const APPLICATION = 0x68656c64
const VERSION = 1

const SCHEMA = `
CREATE TABLE messages (
  id TEXT PRIMARY KEY, time INTEGER NOT NULL, expires INTEGER NOT NULL, size INTEGER NOT NULL, kind TEXT NOT NULL,
  details BLOB NOT NULL, kept INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE INDEX by_end ON messages (expires);
CREATE TABLE recipients (
  number INTEGER PRIMARY KEY, message TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, domain TEXT NOT NULL,
  kind TEXT NOT NULL, time INTEGER NOT NULL, address BLOB NOT NULL, state TEXT NOT NULL, by TEXT, why TEXT, at INTEGER
) STRICT;
CREATE UNIQUE INDEX by_message ON recipients (message, name);
CREATE INDEX by_name ON recipients (name, number);
CREATE INDEX by_domain ON recipients (domain, number);
CREATE INDEX by_state ON recipients (state, number);
CREATE TABLE usage (messages INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
INSERT INTO usage VALUES (0, 0);
CREATE TRIGGER message_added AFTER INSERT ON messages
  BEGIN UPDATE usage SET messages = messages + 1, bytes = bytes + new.size; END;
CREATE TRIGGER file_dropped AFTER UPDATE OF kept ON messages WHEN old.kept = 1 AND new.kept = 0
  BEGIN UPDATE usage SET messages = messages - 1, bytes = bytes - old.size; END;
CREATE TRIGGER message_removed AFTER DELETE ON messages WHEN old.kept = 1
  BEGIN UPDATE usage SET messages = messages - 1, bytes = bytes - old.size; END;
`

/** A commit survives a loss of power: a client that got 250 does not send the message again. */
const INDEX: FileKind = {
  application: APPLICATION,
  version: VERSION,
  schema: SCHEMA,
  pragmas: 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216',
  timeout: 5_000,
}

/** A message as the index keeps it: names are hashed, and what is readable may be encrypted. */
export interface IndexedMessage {
  readonly id: string
  readonly time: number
  readonly expires: number
  readonly size: number
  readonly kind: HeldKind
  readonly details: Uint8Array
  /** Whether its file is kept: 1 or 0. @default 1 */
  readonly kept?: number
}

/** One recipient of it. */
export interface IndexedRecipient {
  /** The hash of the address. */
  readonly name: string
  /** The hash of its domain. */
  readonly domain: string
  readonly address: Uint8Array
}

/** A recipient that was found. */
export type FoundRecipient = Pick<HeldRecipient, 'state'> & {
  readonly number: number
  readonly message: string
  readonly address: Uint8Array
  readonly by: string | null
  readonly why: string | null
  readonly at: number | null
}

/** Which recipients are listed; names are hashes. */
export interface IndexQuery {
  readonly name?: string
  readonly domains?: readonly string[]
  readonly kind?: HeldKind
  readonly state: HeldRecipient['state']
  readonly since: number
  readonly before: number
  readonly limit: number
}

/** A change of state, which happens only from one of the states `from`. */
export interface Transition {
  readonly message: string
  readonly name: string
  readonly from: readonly HeldRecipient['state'][]
  readonly to: HeldRecipient['state']
  readonly by: string | null
  readonly why: string | null
  readonly at: number
  /** Only where the last change was before this moment. @default any */
  readonly unchangedSince?: number
}

/** What came of a transition. */
export interface Changed {
  readonly before: HeldRecipient['state']
  readonly isChanged: boolean
}

const NEVER = Number.MAX_SAFE_INTEGER

/** What may be held. */
export interface Budget {
  /** Bytes of all messages. */
  readonly size: number
  /** Messages that are held for one recipient. */
  readonly each: number
}

export class IndexFile {
  readonly #connection: DatabaseSync

  /** @throws Error when the file cannot be opened or belongs to another program */
  constructor(file: string) {
    this.#connection = openSqliteFile(file, INDEX)
  }

  /** Adds a message. @returns why there is no room for it; undefined when it was added */
  add(message: IndexedMessage, recipients: readonly IndexedRecipient[], budget: Budget): string | undefined {
    return inTransaction(this.#connection, () => {
      const names = recipients.map(({ name }) => name)
      const full = this.whyFull(message.size, names, budget)
      if (full !== undefined) return full
      const { id, time, expires, size, kind, details } = message
      this.#connection
        .prepare('INSERT INTO messages (id, time, expires, size, kind, details) VALUES (?, ?, ?, ?, ?, ?)')
        .run(id, time, expires, size, kind, details)
      const insert = this.#connection.prepare(`
        INSERT OR IGNORE INTO recipients (message, position, name, domain, kind, time, address, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, 'held')`)
      for (const [position, { name, domain, address }] of recipients.entries())
        insert.run(id, position, name, domain, kind, time, address)
      return undefined
    })
  }

  /** Why there is no room for so many bytes for these names; undefined when there is. */
  whyFull(size: number, names: readonly string[], budget: Budget): string | undefined {
    if (this.usage().bytes + size > budget.size)
      return `all messages together would take more than ${budget.size} bytes`
    const held = this.#connection.prepare(
      "SELECT count(*) AS count FROM (SELECT 1 FROM recipients WHERE name = ? AND state = 'held' LIMIT ?)",
    )
    const isFull = names.some(name => Number(held.get(name, budget.each)?.count) >= budget.each)
    return isFull ? `a recipient has ${budget.each} messages already` : undefined
  }

  list({ name, domains, kind, state, since, before, limit }: IndexQuery): readonly FoundRecipient[] {
    const conditions = ['state = ?', 'time >= ?', 'number < ?']
    const values: (string | number)[] = [state, since, before]
    if (name !== undefined) {
      conditions.push('name = ?')
      values.push(name)
    }
    if (domains !== undefined) {
      conditions.push(`domain IN (${domains.map(() => '?').join(', ')})`)
      values.push(...domains)
    }
    if (kind !== undefined) {
      conditions.push('kind = ?')
      values.push(kind)
    }
    const found = this.#connection.prepare(
      `SELECT * FROM recipients WHERE ${conditions.join(' AND ')} ORDER BY number DESC LIMIT ?`,
    )
    return found.all(...values, limit) as unknown as readonly FoundRecipient[]
  }

  message(id: string): IndexedMessage | undefined {
    return this.#connection.prepare('SELECT * FROM messages WHERE id = ?').get(id) as unknown as
      | IndexedMessage
      | undefined
  }

  recipientsOf(id: string): readonly FoundRecipient[] {
    return this.#connection
      .prepare('SELECT * FROM recipients WHERE message = ? ORDER BY position')
      .all(id) as unknown as readonly FoundRecipient[]
  }

  /** @returns the state before, and whether it was changed; undefined where there is no such recipient */
  change({ message, name, from, to, by, why, at, unchangedSince = NEVER }: Transition): Changed | undefined {
    return inTransaction(this.#connection, () => {
      const found = this.#connection
        .prepare('SELECT state, at FROM recipients WHERE message = ? AND name = ?')
        .get(message, name) as Pick<FoundRecipient, 'state' | 'at'> | undefined
      if (found === undefined) return undefined
      const isChanged = from.includes(found.state) && (found.at ?? 0) < unchangedSince
      if (isChanged)
        this.#connection
          .prepare('UPDATE recipients SET state = ?, by = ?, why = ?, at = ? WHERE message = ? AND name = ?')
          .run(to, by, why, at, message, name)
      return { before: found.state, isChanged }
    })
  }

  /** Messages that have expired. */
  expired(now: number, limit: number): readonly string[] {
    const rows = this.#connection.prepare('SELECT id FROM messages WHERE expires <= ? LIMIT ?').all(now, limit)
    return rows.map(({ id }) => String(id))
  }

  /** Messages whose file no recipient needs any more. */
  spent(limit: number): readonly string[] {
    const rows = this.#connection
      .prepare(
        `SELECT id FROM messages WHERE kept = 1 AND NOT EXISTS (
           SELECT 1 FROM recipients WHERE message = id AND state IN ('held', 'releasing')) LIMIT ?`,
      )
      .all(limit)
    return rows.map(({ id }) => String(id))
  }

  /** Notes that the file of a message is not kept. What became of the message is known until it expires. */
  dropFile(id: string): void {
    this.#connection.prepare('UPDATE messages SET kept = 0 WHERE id = ?').run(id)
  }

  remove(id: string): void {
    inTransaction(this.#connection, () => {
      this.#connection.prepare('DELETE FROM recipients WHERE message = ?').run(id)
      this.#connection.prepare('DELETE FROM messages WHERE id = ?').run(id)
    })
  }

  usage(): { readonly messages: number; readonly bytes: number } {
    const row = this.#connection.prepare('SELECT messages, bytes FROM usage').get()
    return { messages: Number(row?.messages), bytes: Number(row?.bytes) }
  }

  close(): void {
    this.#connection.close()
  }
}
