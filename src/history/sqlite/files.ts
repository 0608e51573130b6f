/** The files of a folder: written and read by week, and dropped whole when they are too old or too large. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { DeliveryEvent, GatewayEvent } from '../../model/events.ts'
import { refName } from '../terms.ts'
import { TransactionCache } from '../transaction-cache.ts'
import type { AggregateQuery, AggregateRow, HistoryEntry, HistoryPage, HistoryQuery } from '../types.ts'
import { eraseIn } from './eraser.ts'
import { searchWeek, sessionIn, totalsIn } from './reader.ts'
import { fileName, openWeek, startOf, weekOf, weekOfFile } from './week.ts'
import { type Line, WeekWriter } from './writer.ts'

/** How long files are kept. */
export interface Retention {
  /** Milliseconds after its end when a week is dropped. */
  readonly age: number
  /** Bytes of all files; the oldest go first, the present one never. */
  readonly size: number
}

interface OpenWeek {
  readonly connection: DatabaseSync
  readonly writer: WeekWriter
}

/** Weeks that are open at the same time. */
const MAX_OPEN = 8

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500
const MAX_ID = Number.MAX_SAFE_INTEGER

export class HistoryFiles {
  readonly #folder: string
  readonly #retention: Retention
  readonly #transactions = new TransactionCache()
  readonly #open = new Map<number, OpenWeek>()

  /** @throws Error when the folder cannot be made */
  constructor(folder: string, retention: Retention) {
    this.#folder = folder
    this.#retention = retention
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  /** Writes the lines of each week in one transaction. */
  write(lines: readonly Line[]): void {
    for (const [week, those] of Map.groupBy(lines, ({ event }) => weekOf(event.time))) {
      this.#week(week).writer.write(those, this.#transactions)
      // A delivery on Monday may be of a message of Sunday.
      const deliveries = those.flatMap(({ event }) => (event.type === 'delivery' ? [event as DeliveryEvent] : []))
      if (deliveries.length > 0 && this.#weeks().includes(week - 1))
        this.#week(week - 1).writer.noteDeliveries(deliveries)
    }
  }

  search(query: HistoryQuery): HistoryPage {
    const { since = 0, until = Number.MAX_SAFE_INTEGER, cursor } = query
    const limit = Math.min(Math.max(query.limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT)
    const [atWeek = Number.POSITIVE_INFINITY, below = MAX_ID] = cursor?.split('.').map(Number) ?? []
    const entries: HistoryEntry[] = []
    for (const week of this.#weeks().toReversed()) {
      if (week > atWeek || startOf(week) >= until || startOf(week + 1) <= since) continue
      const before = week === atWeek ? below : MAX_ID
      const found = searchWeek(this.#week(week).connection, query, before, limit - entries.length)
      entries.push(...found.entries)
      if (found.before !== undefined)
        return { entries, next: `${week}.${found.before}`, ...(entries.length < limit && { isPartial: true }) }
    }
    return { entries }
  }

  session(ref: string): readonly GatewayEvent[] {
    return this.#weeks().flatMap(week => sessionIn(this.#week(week).connection, refName(ref)))
  }

  aggregate({ since, until = Number.MAX_SAFE_INTEGER, by, domains }: AggregateQuery): readonly AggregateRow[] {
    const wanted = domains && new Set(domains)
    const weeks = this.#weeks().filter(week => startOf(week) < until && startOf(week + 1) > since)
    return weeks
      .flatMap(week => totalsIn(this.#week(week).connection, by, since, until))
      .filter(({ name }) => wanted === undefined || wanted.has(name))
      .map(({ hour, name, count }) => ({ hour, name, count }))
  }

  erase(address: string): number {
    return this.#weeks().reduce((sum, week) => sum + eraseIn(this.#week(week).connection, address), 0)
  }

  /** Drops weeks that are too old, and the oldest while all together are too large. @returns the names of the files */
  dropOld(now: number): readonly string[] {
    const present = weekOf(now)
    const weeks = this.#weeks().filter(week => week < present)
    const dropped = weeks.filter(week => startOf(week + 1) + this.#retention.age <= now)
    let size = this.#weeks().reduce((sum, week) => sum + this.#sizeOf(week), 0)
    for (const week of dropped) size -= this.#sizeOf(week)
    for (const week of weeks.filter(other => !dropped.includes(other))) {
      if (size <= this.#retention.size) break
      size -= this.#sizeOf(week)
      dropped.push(week)
    }
    for (const week of dropped) this.#drop(week)
    return dropped.map(fileName)
  }

  close(): void {
    for (const { connection } of this.#open.values()) connection.close()
    this.#open.clear()
  }

  /** Weeks that have a file, the oldest first. */
  #weeks(): readonly number[] {
    return readdirSync(this.#folder)
      .map(weekOfFile)
      .filter(week => week !== undefined)
      .sort((a, b) => a - b)
  }

  #week(week: number): OpenWeek {
    const found = this.#open.get(week)
    if (found !== undefined) return found
    const [oldest] = this.#open.keys()
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) this.#closeWeek(oldest)
    const connection = openWeek(join(this.#folder, fileName(week)))
    const opened = { connection, writer: new WeekWriter(connection) }
    this.#open.set(week, opened)
    return opened
  }

  #closeWeek(week: number): void {
    this.#open.get(week)?.connection.close()
    this.#open.delete(week)
  }

  #sizeOf(week: number): number {
    const file = join(this.#folder, fileName(week))
    return ENDS.reduce((sum, end) => sum + (statSync(`${file}${end}`, { throwIfNoEntry: false })?.size ?? 0), 0)
  }

  #drop(week: number): void {
    this.#closeWeek(week)
    for (const end of ENDS) rmSync(join(this.#folder, `${fileName(week)}${end}`), { force: true })
  }
}

/** The file of a database, and those that SQLite keeps beside it. */
const ENDS = ['', '-wal', '-shm'] as const
