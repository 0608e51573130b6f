/** A store in a file: each list of operations is one transaction. This file knows SQL, and nothing of threads. */
import type { DatabaseSync } from 'node:sqlite'
import type { AnswerTo, Counter, Entry, Operation } from '../../model/store.ts'
import { inTransaction } from '../../sqlite/file.ts'
import { boundedKey, counted, countOf, decayedSums, ending, expiryOf, isLook, type Sums, summed } from '../value.ts'
import { openFile } from './file.ts'
import { type Anchor, type Moment, timeFrom } from './timeline.ts'

export interface DatabaseOptions {
  readonly file: string
  /** The maximum number of entries. */
  readonly entries: number
  /** Names the present run of the monotonic clock, which begins again with each boot. */
  readonly boot: string
}

/** Later than any end. */
const NEVER = 9e15
/** Milliseconds between two updates of the anchor, in which expired entries are removed too. */
const TICK_MS = 1_000
/** Entries that may be added between two counts of all entries. */
const MAX_UNCOUNTED = 2_000

/** Expired entries that are removed at each tick, beside two for each that was added. */
const MIN_SWEPT = 1_000
/** The share of the room that entries seen once keep against entries seen again. */
const SHARE_OF_ONCE = 0.2

/** @throws Error when the file cannot be opened */
export function openDatabase({ file, entries, boot }: DatabaseOptions, at: Moment): Database {
  const connection = openFile(file)
  try {
    return new Database(connection, entries, boot, at)
  } catch (error) {
    connection.close()
    throw error
  }
}

/** The statements that are used, prepared once. */
function statements(connection: DatabaseSync) {
  const sql = (text: string) => connection.prepare(text)
  const deleteFirst = (condition: string) =>
    sql(
      `DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE again = ? AND ${condition} ORDER BY expires LIMIT ?)`,
    )
  return {
    readAnchor: sql('SELECT time, wall, monotonic, boot FROM anchor'),
    setAnchor: sql('INSERT OR REPLACE INTO anchor (id, time, wall, monotonic, boot) VALUES (1, ?, ?, ?, ?)'),
    get: sql('SELECT value, expires FROM entries WHERE key = ? AND expires > ?'),
    put: sql(
      `INSERT INTO entries (key, value, expires) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires, again = (expires > ?)`,
    ),
    change: sql('UPDATE entries SET value = ?, again = 1 WHERE key = ?'),
    delete: sql('DELETE FROM entries WHERE key = ? AND expires > ?'),
    deleteExpired: deleteFirst('expires <= ?'),
    deleteEarliest: deleteFirst('expires < ?'),
    count: sql('SELECT again, count(*) AS count FROM entries GROUP BY again'),
  }
}

interface StoredEntry {
  readonly value: string
  readonly expires: number
}

export class Database {
  readonly #connection: DatabaseSync
  readonly #sql: ReturnType<typeof statements>
  readonly #boot: string
  /** The maximum number of entries. */
  readonly #entries: number
  /** Entries that may be added before all are counted. */
  readonly #margin: number
  /** Entries added since the last count; at first the number is unknown. */
  #uncounted: number
  /** Entries added since expired ones were removed. */
  #added = 0
  #anchor: Anchor

  constructor(connection: DatabaseSync, entries: number, boot: string, at: Moment) {
    this.#connection = connection
    this.#sql = statements(connection)
    this.#boot = boot
    this.#entries = entries
    this.#margin = Math.min(Math.max(Math.floor(entries / 20), 1), MAX_UNCOUNTED)
    this.#uncounted = this.#margin
    this.#anchor = inTransaction(this.#connection, () => this.#align(at, undefined))
  }

  /** Performs all lists in one transaction. @throws Error when SQLite does; then nothing was done */
  run(lists: readonly (readonly Operation[])[], at: Moment): readonly (readonly unknown[])[] {
    const isDue = at.monotonic - this.#anchor.monotonic >= TICK_MS
    // Reading needs no write lock.
    if (!isDue && lists.every(list => list.every(isRead))) return this.#performAll(lists, at)
    return inTransaction(this.#connection, () => {
      if (isDue) this.#anchor = this.#align(at, this.#anchor)
      const answers = this.#performAll(lists, at)
      if (this.#uncounted >= this.#margin || this.#anchor.monotonic === at.monotonic)
        this.#tidy(timeFrom(this.#anchor, at, this.#boot))
      return answers
    })
  }

  close(): void {
    this.#connection.close()
  }

  #performAll(lists: readonly (readonly Operation[])[], at: Moment): readonly (readonly unknown[])[] {
    const now = timeFrom(this.#anchor, at, this.#boot)
    return lists.map(operations => operations.map(operation => this.#perform(operation, now)))
  }

  #perform(operation: Operation, now: number): AnswerTo<Operation> {
    const key = boundedKey(operation.key)
    switch (operation.op) {
      case 'get': {
        const entry = this.#entryAt(key, now)
        return entry && entryOf(entry, now)
      }
      case 'set': {
        const { value, ttl } = operation
        return { value, ...ending(this.#write(key, value, ttl, now)) }
      }
      case 'add': {
        const { value, ttl } = operation
        const entry = this.#entryAt(key, now)
        if (entry) return { ...entryOf(entry, now), added: false }
        return { value, ...ending(this.#write(key, value, ttl, now)), added: true }
      }
      case 'increment':
        return this.#increment(key, counted(operation.by), operation.ttl, now)
      case 'compareAndSet': {
        if (this.#entryAt(key, now)?.value !== operation.expected) return false
        this.#write(key, operation.value, operation.ttl, now)
        return true
      }
      case 'decayingAdd': {
        const { amounts, halfLife, ttl } = operation
        const after = decayedSums(sumsIn(this.#entryAt(key, now)?.value), amounts, halfLife, now)
        if (!isLook(amounts)) this.#write(key, `~${[after.at, ...after.sums].join(' ')}`, ttl, now)
        return after.sums
      }
      case 'delete':
        return Number(this.#sql.delete.run(key, now).changes) > 0
      default:
        throw operation satisfies never
    }
  }

  #increment(key: string, by: number, ttl: number, now: number): Counter {
    const entry = this.#entryAt(key, now)
    const count = entry && countOf(entry.value)
    if (entry && count !== undefined) {
      const sum = summed(count, by)
      if (by !== 0) this.#sql.change.run(String(sum), key)
      return { count: sum, ...endOf(entry.expires, now) }
    }
    return { count: by, ...ending(by === 0 ? expiryOf(ttl) : this.#write(key, String(by), ttl, now)) }
  }

  #entryAt(key: string, now: number): StoredEntry | undefined {
    return this.#sql.get.get(key, now) as StoredEntry | undefined
  }

  #write(key: string, value: string, ttl: number, now: number): number {
    const time = expiryOf(ttl)
    this.#sql.put.run(key, value, Number.isFinite(time) ? now + time : NEVER, now)
    this.#added += 1
    this.#uncounted += 1
    return time
  }

  /** Removes expired entries, and the first to expire where there are too many. */
  #tidy(now: number): void {
    this.#dropExpired(now, 2 * this.#added + MIN_SWEPT)
    this.#added = 0
    if (this.#uncounted < this.#margin) return
    this.#uncounted = 0
    const counts = new Map(this.#sql.count.all().map(row => [Number(row.again), Number(row.count)]))
    const once = counts.get(0) ?? 0
    let excess = once + (counts.get(1) ?? 0) - (this.#entries - this.#margin)
    if (excess <= 0) return
    excess -= this.#dropExpired(now, excess)
    // Entries seen once keep a fifth of the room against entries seen again, and no more.
    const spare = Math.max(once - Math.floor(this.#entries * SHARE_OF_ONCE), 0)
    for (const [again, max] of [
      [0, spare],
      [1, excess],
      [0, excess],
    ] as const)
      if (excess > 0) excess -= Number(this.#sql.deleteEarliest.run(again, NEVER + 1, Math.min(excess, max)).changes)
  }

  #dropExpired(now: number, max: number): number {
    const { deleteExpired } = this.#sql
    return [0, 1].reduce((dropped, again) => dropped + Number(deleteExpired.run(again, now, max - dropped).changes), 0)
  }

  /** Sets the anchor to the latest time that any process knows, so that time goes back for none of them. */
  #align(now: Moment, mine: Anchor | undefined): Anchor {
    const boot = this.#boot
    const theirs = this.#sql.readAnchor.get() as unknown as Anchor | undefined
    const times = mine ? [timeFrom(mine, now, boot)] : theirs ? [] : [now.wall]
    // A process that is running does not use the wall clock to bridge another boot.
    if (theirs) times.push(mine && theirs.boot !== boot ? theirs.time : timeFrom(theirs, now, boot))
    const aligned: Anchor = { ...now, boot, time: Math.max(...times) }
    this.#sql.setAnchor.run(aligned.time, aligned.wall, aligned.monotonic, aligned.boot)
    return aligned
  }
}

const isRead = (operation: Operation): boolean =>
  operation.op === 'get' ||
  (operation.op === 'increment' && counted(operation.by) === 0) ||
  (operation.op === 'decayingAdd' && isLook(operation.amounts))

const endOf = (expires: number, now: number) => ending(expires >= NEVER ? Number.POSITIVE_INFINITY : expires - now)

const entryOf = (entry: StoredEntry, now: number): Entry => ({
  value: entry.value,
  ...endOf(entry.expires, now),
})

function sumsIn(text: string | undefined): Sums | undefined {
  if (!text?.startsWith('~')) return undefined
  const [at = Number.NaN, ...sums] = text.slice(1).split(' ').map(Number)
  return Number.isFinite(at) ? { at, sums: sums.map(sum => (Number.isFinite(sum) ? sum : 0)) } : undefined
}
