/** The index of a quarantine: which messages are held for whom. It stands in a file of SQLite beside the messages. */
import type { DatabaseSync } from 'node:sqlite'
import { inTransaction, openSqliteFile } from '../../sqlite/file.ts'
import type {
  Changed,
  FoundRecipient,
  Full,
  IndexedMessage,
  IndexedRecipient,
  IndexNote,
  IndexQuery,
  Room,
  Transition,
} from '../index-tasks.ts'
import { INDEX } from './index-schema.ts'

const NEVER = Number.MAX_SAFE_INTEGER
const RELEASING = "state = 'releasing'"

export class IndexFile {
  readonly #connection: DatabaseSync

  /** @throws Error when the file cannot be opened or belongs to another program */
  constructor(file: string) {
    this.#connection = openSqliteFile(file, INDEX)
  }

  /** Adds a message for those recipients that have room; nothing where none has. */
  add(message: IndexedMessage, recipients: readonly IndexedRecipient[], all: number): Room {
    return inTransaction(this.#connection, () => {
      const room = this.room(message.size, recipients, all)
      if (room.free.length === 0) return room
      const { id, time, size, kind, details } = message
      const ends = room.free.map(position => time + (recipients[position]?.budget.keep ?? 0))
      this.#connection
        .prepare('INSERT INTO messages (id, time, expires, size, kind, details) VALUES (?, ?, ?, ?, ?, ?)')
        .run(id, time, Math.max(...ends), size, kind, details)
      const insert = this.#connection.prepare(`
        INSERT OR IGNORE INTO recipients
          (message, position, name, domain, kind, time, address, state, size, expires)
        VALUES (?, ?, ?, ?, ?, ?, ?, 'held', ?, ?)`)
      for (const [index, position] of room.free.entries()) {
        const { name, domain, address } = recipients[position] as IndexedRecipient
        insert.run(id, position, name, domain, kind, time, address, size, ends[index] ?? time)
      }
      return room
    })
  }

  /** Which recipients have room for so many bytes. */
  room(size: number, recipients: readonly Pick<IndexedRecipient, 'name' | 'budget'>[], all: number): Room {
    if (this.usage().bytes + size > all)
      return { free: [], full: [{ reason: `all messages together would take more than ${all} bytes` }] }
    const find = this.#connection.prepare('SELECT messages, bytes FROM names WHERE name = ?')
    const full = recipients.flatMap(({ name, budget }, position): readonly Full[] => {
      const { messages = 0, bytes = 0 } = find.get(name) ?? {}
      if (Number(messages) >= budget.messages)
        return [{ position, reason: `${messages} of ${budget.messages} messages are held` }]
      const sum = Number(bytes) + size
      return sum > budget.size ? [{ position, reason: `more than ${budget.size} bytes would be held` }] : []
    })
    const taken = new Set(full.map(({ position }) => position))
    return { free: [...recipients.keys()].filter(position => !taken.has(position)), full }
  }

  list(query: IndexQuery): readonly FoundRecipient[] {
    const { name, domains, kind, isPending = false, state, since, before, limit } = query
    const conditions = isPending ? ['pending IS NOT NULL', "state <> 'releasing'"] : ['state = ?', 'number < ?']
    const values: (string | number)[] = isPending ? [] : [state, before]
    conditions.push('time >= ?')
    values.push(since)
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
    const order = isPending ? 'at' : 'number DESC'
    const found = this.#connection.prepare(
      `SELECT * FROM recipients WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`,
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
  change(transition: Transition): Changed | undefined {
    const { message, name, from, to, by, role, why, at, pending, unchangedSince = NEVER, isKept = false } = transition
    return inTransaction(this.#connection, () => {
      const found = this.#connection
        .prepare('SELECT state, at FROM recipients WHERE message = ? AND name = ?')
        .get(message, name) as Pick<FoundRecipient, 'state' | 'at'> | undefined
      if (found === undefined) return undefined
      const isOld = (found.at ?? 0) < unchangedSince
      const isChanged = from.includes(found.state) && isOld && (!isKept || this.message(message)?.kept !== 0)
      if (isChanged) {
        this.#connection
          .prepare('UPDATE recipients SET state = ?, by = ?, role = ?, why = ?, at = ? WHERE message = ? AND name = ?')
          .run(to, by, role, why, at, message, name)
        if (pending !== undefined) this.#set(message, name, 'pending', pending)
        this.#noteSpent(message, at)
      }
      return { before: found.state, isChanged }
    })
  }

  /** @returns whether there is such a recipient */
  note(message: string, name: string, { pending, trained, allowed }: IndexNote): boolean {
    return inTransaction(this.#connection, () => {
      const isKnown = this.#connection.prepare('SELECT 1 FROM recipients WHERE message = ? AND name = ?')
      if (isKnown.get(message, name) === undefined) return false
      if (pending !== undefined) this.#set(message, name, 'pending', pending)
      if (trained !== undefined) this.#set(message, name, 'trained', trained)
      if (allowed !== undefined) this.#set(message, name, 'allowed', allowed)
      return true
    })
  }

  #set(message: string, name: string, column: keyof IndexNote, value: string | Uint8Array | null): void {
    this.#connection
      .prepare(`UPDATE recipients SET ${column} = ? WHERE message = ? AND name = ?`)
      .run(value, message, name)
  }

  /** Notes when the last recipient was decided on; that is forgotten when one is held again. */
  #noteSpent(message: string, at: number): void {
    this.#connection
      .prepare(
        `UPDATE messages SET spent = CASE WHEN EXISTS (
           SELECT 1 FROM recipients WHERE message = id AND state IN ('held', 'releasing')) THEN NULL ELSE ? END
         WHERE id = ?`,
      )
      .run(at, message)
  }

  /** Removes recipients whose time has come before that of their message. @returns how many */
  expireRecipients(now: number, limit: number): number {
    return inTransaction(this.#connection, () => {
      const rows = this.#connection
        .prepare("SELECT number, message FROM recipients WHERE state = 'held' AND expires <= ? LIMIT ?")
        .all(now, limit)
      const remove = this.#connection.prepare('DELETE FROM recipients WHERE number = ?')
      for (const { number } of rows) remove.run(Number(number))
      for (const message of new Set(rows.map(row => String(row.message)))) this.#noteSpent(message, now)
      return rows.length
    })
  }

  /** Messages that have expired, but for those that are being released: a release that was begun is ended. */
  expired(now: number, limit: number): readonly string[] {
    const rows = this.#connection
      .prepare(
        `SELECT id FROM messages WHERE expires <= ? AND NOT EXISTS (
           SELECT 1 FROM recipients WHERE message = id AND ${RELEASING}) LIMIT ?`,
      )
      .all(now, limit)
    return rows.map(({ id }) => String(id))
  }

  /** Messages whose last recipient was decided on before, and for which nothing has to follow: the oldest. */
  spent(before: number, limit: number): readonly string[] {
    const rows = this.#connection
      .prepare(
        `SELECT id FROM messages WHERE kept = 1 AND spent IS NOT NULL AND spent <= ? AND NOT EXISTS (
           SELECT 1 FROM recipients WHERE message = id AND pending IS NOT NULL) ORDER BY spent LIMIT ?`,
      )
      .all(before, limit)
    return rows.map(({ id }) => String(id))
  }

  /**
   * Notes that the file of a message is not kept. What became of the message is known until it expires.
   *
   * @returns false where it is held again since it was found
   */
  dropFile(id: string): boolean {
    const drop = this.#connection.prepare('UPDATE messages SET kept = 0 WHERE id = ? AND spent IS NOT NULL')
    return drop.run(id).changes > 0
  }

  /** @returns false where it is being released since it was found */
  remove(id: string): boolean {
    return inTransaction(this.#connection, () => {
      const isReleasing = this.#connection.prepare(`SELECT 1 FROM recipients WHERE message = ? AND ${RELEASING}`)
      if (isReleasing.get(id) !== undefined) return false
      this.#connection.prepare('DELETE FROM recipients WHERE message = ?').run(id)
      this.#connection.prepare('DELETE FROM messages WHERE id = ?').run(id)
      return true
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
