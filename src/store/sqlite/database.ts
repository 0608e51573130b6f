/** A store in a file: each list of operations is one transaction. This file knows SQL, and nothing of threads. */
import type { DatabaseSync } from 'node:sqlite'
import type { AnswerTo, Counter, Entry, Operation } from '../../model/store.ts'
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

export interface Database {
  /** Performs all lists in one transaction. @throws Error when SQLite does; then nothing was done */
  run(lists: readonly (readonly Operation[])[], at: Moment): readonly (readonly unknown[])[]
  close(): void
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
    return database(connection, entries, boot, at)
  } catch (error) {
    connection.close()
    throw error
  }
}

function database(connection: DatabaseSync, entries: number, boot: string, opened: Moment): Database {
  const sql = (text: string) => connection.prepare(text)
  const anchorRow = sql('SELECT time, wall, monotonic, boot FROM anchor')
  const anchorTo = sql('INSERT OR REPLACE INTO anchor (id, time, wall, monotonic, boot) VALUES (1, ?, ?, ?, ?)')
  const held = sql('SELECT value, expires FROM entries WHERE key = ? AND expires > ?')
  const put = sql(
    `INSERT INTO entries (key, value, expires) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires, again = (expires > ?)`,
  )
  const change = sql('UPDATE entries SET value = ?, again = 1 WHERE key = ?')
  const remove = sql('DELETE FROM entries WHERE key = ? AND expires > ?')
  const first = (condition: string) =>
    sql(
      `DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE again = ? AND ${condition} ORDER BY expires LIMIT ?)`,
    )
  const [expired, earliest] = [first('expires <= ?'), first('expires < ?')]
  const sizes = sql('SELECT again, count(*) AS count FROM entries GROUP BY again')
  const margin = Math.min(Math.max(Math.floor(entries / 20), 1), MAX_UNCOUNTED)

  // Entries added since the last count; at first the number is unknown.
  let uncounted = margin
  let added = 0

  const transaction = <T>(work: () => T): T => {
    connection.exec('BEGIN IMMEDIATE')
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

  /** Sets the anchor to the latest time that any process knows, so that time goes back for none of them. */
  const align = (now: Moment, mine: Anchor | undefined): Anchor => {
    const theirs = anchorRow.get() as unknown as Anchor | undefined
    const times = mine ? [timeFrom(mine, now, boot)] : theirs ? [] : [now.wall]
    // A process that is running does not use the wall clock to bridge another boot.
    if (theirs) times.push(mine && theirs.boot !== boot ? theirs.time : timeFrom(theirs, now, boot))
    const aligned: Anchor = { ...now, boot, time: Math.max(...times) }
    anchorTo.run(aligned.time, aligned.wall, aligned.monotonic, aligned.boot)
    return aligned
  }

  const dropExpired = (now: number, max: number): number =>
    [0, 1].reduce((dropped, again) => dropped + Number(expired.run(again, now, max - dropped).changes), 0)

  const tidy = (now: number) => {
    dropExpired(now, 2 * added + MIN_SWEPT)
    added = 0
    if (uncounted < margin) return
    uncounted = 0
    const counts = new Map(sizes.all().map(row => [Number(row.again), Number(row.count)]))
    const once = counts.get(0) ?? 0
    let excess = once + (counts.get(1) ?? 0) - (entries - margin)
    if (excess <= 0) return
    excess -= dropExpired(now, excess)
    // Entries seen once keep a fifth of the room against entries seen again, and no more.
    const spare = Math.max(once - Math.floor(entries * SHARE_OF_ONCE), 0)
    for (const [again, max] of [
      [0, spare],
      [1, excess],
      [0, excess],
    ] as const)
      if (excess > 0) excess -= Number(earliest.run(again, NEVER + 1, Math.min(excess, max)).changes)
  }

  const entryAt = (key: string, now: number): { readonly value: string; readonly expires: number } | undefined =>
    held.get(key, now) as { value: string; expires: number } | undefined

  const write = (key: string, value: string, ttl: number, now: number): number => {
    const time = expiryOf(ttl)
    put.run(key, value, Number.isFinite(time) ? now + time : NEVER, now)
    added += 1
    uncounted += 1
    return time
  }

  const increment = (key: string, by: number, ttl: number, now: number): Counter => {
    const entry = entryAt(key, now)
    const count = entry && countOf(entry.value)
    if (entry && count !== undefined) {
      const sum = summed(count, by)
      if (by !== 0) change.run(String(sum), key)
      return { count: sum, ...endOf(entry.expires, now) }
    }
    return { count: by, ...ending(by === 0 ? expiryOf(ttl) : write(key, String(by), ttl, now)) }
  }

  const perform = (operation: Operation, now: number): AnswerTo<Operation> => {
    const key = boundedKey(operation.key)
    switch (operation.op) {
      case 'get': {
        const entry = entryAt(key, now)
        return entry && entryOf(entry, now)
      }
      case 'set': {
        const { value, ttl } = operation
        return { value, ...ending(write(key, value, ttl, now)) }
      }
      case 'add': {
        const { value, ttl } = operation
        const entry = entryAt(key, now)
        if (entry) return { ...entryOf(entry, now), added: false }
        return { value, ...ending(write(key, value, ttl, now)), added: true }
      }
      case 'increment':
        return increment(key, counted(operation.by), operation.ttl, now)
      case 'compareAndSet': {
        if (entryAt(key, now)?.value !== operation.expected) return false
        write(key, operation.value, operation.ttl, now)
        return true
      }
      case 'decayingAdd': {
        const { amounts, halfLife, ttl } = operation
        const after = decayedSums(sumsIn(entryAt(key, now)?.value), amounts, halfLife, now)
        if (!isLook(amounts)) write(key, `~${[after.at, ...after.sums].join(' ')}`, ttl, now)
        return after.sums
      }
      case 'delete':
        return Number(remove.run(key, now).changes) > 0
      default:
        throw operation satisfies never
    }
  }

  let anchor = transaction(() => align(opened, undefined))
  return {
    run: (lists, at) => {
      const performAll = () => {
        const now = timeFrom(anchor, at, boot)
        return lists.map(operations => operations.map(operation => perform(operation, now)))
      }
      // Reading needs no write lock.
      if (at.monotonic - anchor.monotonic < TICK_MS && lists.every(list => list.every(isRead))) return performAll()
      return transaction(() => {
        if (at.monotonic - anchor.monotonic >= TICK_MS) anchor = align(at, anchor)
        const answers = performAll()
        if (uncounted >= margin || anchor.monotonic === at.monotonic) tidy(timeFrom(anchor, at, boot))
        return answers
      })
    },
    close: () => connection.close(),
  }
}

const isRead = (operation: Operation): boolean =>
  operation.op === 'get' ||
  (operation.op === 'increment' && counted(operation.by) === 0) ||
  (operation.op === 'decayingAdd' && isLook(operation.amounts))

const endOf = (expires: number, now: number) => ending(expires >= NEVER ? Number.POSITIVE_INFINITY : expires - now)

const entryOf = (entry: { readonly value: string; readonly expires: number }, now: number): Entry => ({
  value: entry.value,
  ...endOf(entry.expires, now),
})

function sumsIn(text: string | undefined): Sums | undefined {
  if (!text?.startsWith('~')) return undefined
  const [at = Number.NaN, ...sums] = text.slice(1).split(' ').map(Number)
  return Number.isFinite(at) ? { at, sums: sums.map(sum => (Number.isFinite(sum) ? sum : 0)) } : undefined
}
