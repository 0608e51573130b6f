/** The index of a quarantine in PostgreSQL: several nodes share it, and each change of a state happens once. */
import type { PostgresClient, Sql } from '../../postgres/client.ts'
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

const NEVER = Number.MAX_SAFE_INTEGER
const RELEASING = "state = 'releasing'"

/** Numbers of 8 bytes come as text unless they are cast. */
const MESSAGE = 'id, time::float8, expires::float8, size::float8, kind, details, kept'
const RECIPIENT = `number::float8, message, address, state, expires::float8, by, role, why, at::float8, pending, trained,
  allowed`

export class IndexTables {
  readonly #client: PostgresClient

  constructor(client: PostgresClient) {
    this.#client = client
  }

  /** Adds a message for those recipients that have room; nothing where none has. */
  async add(message: IndexedMessage, recipients: readonly IndexedRecipient[], all: number): Promise<Room> {
    return await this.#client.transaction(async sql => {
      await lockUsage(sql)
      const room = await roomIn(sql, message.size, recipients, all)
      if (room.free.length === 0) return room
      const { id, time, size, kind, details } = message
      const ends = room.free.map(position => time + (recipients[position]?.budget.keep ?? 0))
      await sql.query(
        'INSERT INTO held_messages (id, time, expires, size, kind, details) VALUES ($1, $2, $3, $4, $5, $6)',
        [id, time, Math.max(...ends), size, kind, details],
      )
      for (const [index, position] of room.free.entries()) {
        const { name, domain, address } = recipients[position] as IndexedRecipient
        const added = await sql.query(
          `INSERT INTO held_recipients (message, position, name, domain, kind, time, address, state, size, expires)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 'held', $8, $9) ON CONFLICT (message, name) DO NOTHING RETURNING 1 AS one`,
          [id, position, name, domain, kind, time, address, size, ends[index] ?? time],
        )
        if (added.length > 0) await countName(sql, name, 1, size)
      }
      await sql.query('UPDATE held_usage SET messages = messages + 1, bytes = bytes + $1', [size])
      return room
    })
  }

  /** Which recipients have room for so many bytes. */
  async room(size: number, recipients: readonly Pick<IndexedRecipient, 'name' | 'budget'>[], all: number) {
    return await roomIn(this.#client, size, recipients, all)
  }

  async list(
    query: IndexQuery,
  ): Promise<readonly { recipient: FoundRecipient; message: IndexedMessage | undefined }[]> {
    const { name, domains, kind, isPending = false, state, since, before, limit } = query
    const values: unknown[] = []
    const value = (given: unknown): string => `$${values.push(given)}`
    const conditions = [
      ...(isPending
        ? ['pending IS NOT NULL', "state <> 'releasing'"]
        : [`state = ${value(state)}`, `number < ${value(before)}`]),
      `time >= ${value(since)}`,
      ...(name === undefined ? [] : [`name = ${value(name)}`]),
      ...(domains === undefined ? [] : [`domain = ANY(${value([...domains])}::text[])`]),
      ...(kind === undefined ? [] : [`kind = ${value(kind)}`]),
    ]
    const order = isPending ? 'at' : 'number DESC'
    const found = await this.#client.query<FoundRecipient>(
      `SELECT ${RECIPIENT} FROM held_recipients AS r WHERE ${conditions.join(' AND ')}
       ORDER BY r.${order} LIMIT ${value(limit)}`,
      values,
    )
    const ids = [...new Set(found.map(({ message }) => message))]
    const messages = await this.#client.query<IndexedMessage>(
      `SELECT ${MESSAGE} FROM held_messages WHERE id = ANY($1::text[])`,
      [ids],
    )
    const byId = new Map(messages.map(message => [message.id, message]))
    return found.map(recipient => ({ recipient, message: byId.get(recipient.message) }))
  }

  async get(id: string): Promise<{ message: IndexedMessage; recipients: readonly FoundRecipient[] } | undefined> {
    const [message] = await this.#client.query<IndexedMessage>(`SELECT ${MESSAGE} FROM held_messages WHERE id = $1`, [
      id,
    ])
    if (message === undefined) return undefined
    const recipients = await this.#client.query<FoundRecipient>(
      `SELECT ${RECIPIENT} FROM held_recipients AS r WHERE message = $1 ORDER BY r.position`,
      [id],
    )
    return { message, recipients }
  }

  /** @returns the state before, and whether it was changed; undefined where there is no such recipient */
  async change(transition: Transition): Promise<Changed | undefined> {
    const { message, name, from, to, by, role, why, at, pending, unchangedSince = NEVER, isKept = false } = transition
    return await this.#client.transaction(async sql => {
      await lockUsage(sql)
      const [found] = await sql.query<{
        state: FoundRecipient['state']
        at: number | null
        size: number
        kept: number
      }>(
        `SELECT state, r.at::float8, r.size::float8, m.kept FROM held_recipients AS r JOIN held_messages AS m ON m.id = r.message
         WHERE r.message = $1 AND name = $2 FOR UPDATE OF r`,
        [message, name],
      )
      if (found === undefined) return undefined
      const isOld = (found.at ?? 0) < unchangedSince
      const isChanged = from.includes(found.state) && isOld && (!isKept || found.kept !== 0)
      if (!isChanged) return { before: found.state, isChanged }
      await sql.query(
        `UPDATE held_recipients SET state = $3, by = $4, role = $5, why = $6, at = $7 WHERE message = $1 AND name = $2`,
        [message, name, to, storable(by), role, why === null ? null : storable(why), at],
      )
      if (pending !== undefined) await set(sql, message, name, 'pending', pending)
      if (found.state === 'held' && to !== 'held') await countName(sql, name, -1, -found.size)
      if (found.state !== 'held' && to === 'held') await countName(sql, name, 1, found.size)
      await noteSpent(sql, message, at)
      return { before: found.state, isChanged }
    })
  }

  /** @returns whether there is such a recipient */
  async note(message: string, name: string, { pending, trained, allowed }: IndexNote): Promise<boolean> {
    return await this.#client.transaction(async sql => {
      const found = await sql.query('SELECT 1 FROM held_recipients WHERE message = $1 AND name = $2 FOR UPDATE', [
        message,
        name,
      ])
      if (found.length === 0) return false
      if (pending !== undefined) await set(sql, message, name, 'pending', pending)
      if (trained !== undefined) await set(sql, message, name, 'trained', trained)
      if (allowed !== undefined) await set(sql, message, name, 'allowed', allowed)
      return true
    })
  }

  /** Removes recipients whose time has come before that of their message. @returns how many */
  async expireRecipients(now: number, limit: number): Promise<number> {
    return await this.#client.transaction(async sql => {
      await lockUsage(sql)
      const rows = await sql.query<{ message: string; name: string; size: number }>(
        `DELETE FROM held_recipients WHERE number IN (
           SELECT number FROM held_recipients WHERE state = 'held' AND expires <= $1 LIMIT $2)
         RETURNING message, name, size::float8`,
        [now, limit],
      )
      for (const { name, size } of rows) await countName(sql, name, -1, -size)
      for (const message of new Set(rows.map(row => row.message))) await noteSpent(sql, message, now)
      return rows.length
    })
  }

  /** Messages that have expired, but for those that are being released: a release that was begun is ended. */
  async expired(now: number, limit: number): Promise<readonly string[]> {
    const rows = await this.#client.query(
      `SELECT id FROM held_messages WHERE expires <= $1 AND NOT EXISTS (
         SELECT 1 FROM held_recipients WHERE message = id AND ${RELEASING}) LIMIT $2`,
      [now, limit],
    )
    return idsOf(rows)
  }

  /** Messages whose last recipient was decided on before, and for which nothing has to follow: the oldest. */
  async spent(before: number, limit: number): Promise<readonly string[]> {
    const rows = await this.#client.query<{ id: string }>(
      `SELECT id FROM held_messages WHERE kept = 1 AND spent IS NOT NULL AND spent <= $1 AND NOT EXISTS (
         SELECT 1 FROM held_recipients WHERE message = id AND pending IS NOT NULL) ORDER BY spent LIMIT $2`,
      [before, limit],
    )
    return idsOf(rows)
  }

  /**
   * Notes that the bytes of a message are not kept. What became of the message is known until it expires.
   *
   * @returns false where it is held again since it was found
   */
  async dropFile(id: string): Promise<boolean> {
    return await this.#client.transaction(async sql => {
      await lockUsage(sql)
      const rows = await sql.query<{ size: number }>(
        'UPDATE held_messages SET kept = 0 WHERE id = $1 AND kept = 1 AND spent IS NOT NULL RETURNING size::float8',
        [id],
      )
      for (const { size } of rows) await releaseRoom(sql, size)
      return rows.length > 0
    })
  }

  /** @returns false where it is being released since it was found */
  async remove(id: string): Promise<boolean> {
    return await this.#client.transaction(async sql => {
      await lockUsage(sql)
      const releasing = await sql.query(`SELECT 1 FROM held_recipients WHERE message = $1 AND ${RELEASING}`, [id])
      if (releasing.length > 0) return false
      const recipients = await sql.query<{ name: string; size: number; state: string }>(
        'DELETE FROM held_recipients WHERE message = $1 RETURNING name, size::float8, state',
        [id],
      )
      for (const { name, size, state } of recipients) if (state === 'held') await countName(sql, name, -1, -size)
      const messages = await sql.query<{ size: number; kept: number }>(
        'DELETE FROM held_messages WHERE id = $1 RETURNING size::float8, kept',
        [id],
      )
      for (const { size, kept } of messages) if (kept !== 0) await releaseRoom(sql, size)
      return true
    })
  }

  async usage(): Promise<{ readonly messages: number; readonly bytes: number }> {
    const [row] = await this.#client.query<{ messages: number; bytes: number }>(
      'SELECT messages::float8, bytes::float8 FROM held_usage',
    )
    return { messages: row?.messages ?? 0, bytes: row?.bytes ?? 0 }
  }
}

/** All that counts takes this lock first: two nodes cannot both take the last room, nor wait for each other. */
const lockUsage = (sql: Sql) => sql.query('SELECT 1 FROM held_usage FOR UPDATE')

const releaseRoom = (sql: Sql, size: number) =>
  sql.query('UPDATE held_usage SET messages = messages - 1, bytes = bytes - $1', [size])

async function countName(sql: Sql, name: string, messages: number, bytes: number): Promise<void> {
  await sql.query(
    `INSERT INTO held_names VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE
     SET messages = held_names.messages + excluded.messages, bytes = held_names.bytes + excluded.bytes`,
    [name, messages, bytes],
  )
  if (messages < 0) await sql.query('DELETE FROM held_names WHERE name = $1 AND messages <= 0', [name])
}

async function set(sql: Sql, message: string, name: string, column: keyof IndexNote, value: unknown): Promise<void> {
  await sql.query(`UPDATE held_recipients SET ${column} = $3 WHERE message = $1 AND name = $2`, [message, name, value])
}

/** Notes when the last recipient was decided on; that is forgotten when one is held again. */
async function noteSpent(sql: Sql, message: string, at: number): Promise<void> {
  await sql.query(
    `UPDATE held_messages SET spent = CASE WHEN EXISTS (
       SELECT 1 FROM held_recipients WHERE message = id AND state IN ('held', 'releasing')) THEN NULL ELSE $2::bigint END
     WHERE id = $1`,
    [message, at],
  )
}

async function roomIn(
  sql: Sql,
  size: number,
  recipients: readonly Pick<IndexedRecipient, 'name' | 'budget'>[],
  all: number,
): Promise<Room> {
  const [usage] = await sql.query<{ bytes: number }>('SELECT bytes::float8 FROM held_usage')
  if ((usage?.bytes ?? 0) + size > all)
    return { free: [], full: [{ reason: `all messages together would take more than ${all} bytes` }] }
  const names = await sql.query<{ name: string; messages: number; bytes: number }>(
    'SELECT name, messages::float8, bytes::float8 FROM held_names WHERE name = ANY($1::text[])',
    [recipients.map(({ name }) => name)],
  )
  const held = new Map(names.map(row => [row.name, row]))
  const full = recipients.flatMap(({ name, budget }, position): readonly Full[] => {
    const { messages = 0, bytes = 0 } = held.get(name) ?? {}
    if (messages >= budget.messages)
      return [{ position, reason: `${messages} of ${budget.messages} messages are held` }]
    return bytes + size > budget.size ? [{ position, reason: `more than ${budget.size} bytes would be held` }] : []
  })
  const taken = new Set(full.map(({ position }) => position))
  return { free: [...recipients.keys()].filter(position => !taken.has(position)), full }
}

const idsOf = (rows: readonly object[]): readonly string[] => (rows as readonly { id: string }[]).map(({ id }) => id)

/** PostgreSQL holds no character 0, and no half of a surrogate pair. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')
