/** The files of a folder: written and read by week, and dropped whole when they are too old or too large. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { ActionEvent } from '../../model/action-event.ts'
import type { DeliveryEvent, GatewayEvent } from '../../model/events.ts'
import { Shortener } from '../privacy.ts'
import type { Batch, ExportedPage, Written } from '../tasks.ts'
import { refName } from '../terms.ts'
import { TransactionCache } from '../transaction-cache.ts'
import type {
  AggregateQuery,
  AggregateRow,
  AuditPage,
  AuditQuery,
  HistoryEntry,
  HistoryPage,
  HistoryQuery,
} from '../types.ts'
import { writeInParts } from '../unwritable.ts'
import { actionsIn } from './audit.ts'
import { eraseIn, exportFrom } from './eraser.ts'
import { isHopeless } from './hopeless.ts'
import { searchWeek, sessionIn, totalsIn } from './reader.ts'
import { isShortened, restartShortening, shortenIn } from './shorten.ts'
import { fileName, openWeek, startOf, weekOf, weekOfFile } from './week.ts'
import { type Line, WeekWriter } from './writer.ts'

/** How long files are kept. */
export interface Retention {
  /** Milliseconds after its end when a week is dropped. */
  readonly age: number
  /** Bytes of all files; the oldest go first, the present one never. */
  readonly size: number
  /** Milliseconds after its end when a week is shortened. @default never */
  readonly shortenAfter?: number
  /** The key of shortened names. */
  readonly key?: string
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
  readonly #shortener: Shortener
  /** The batch that was begun last, and which parts of it are written. */
  #begun: { readonly key: string; readonly done: Set<string> } = { key: '', done: new Set() }

  /** @throws Error when the folder cannot be made */
  constructor(folder: string, retention: Retention) {
    this.#folder = folder
    this.#retention = retention
    this.#shortener = new Shortener(retention.key)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  /**
   * Writes the lines of each week in one transaction. What can never be written is left out; where nothing can be
   * written now, it throws, and the same batch written again is not written twice.
   */
  async write({ writer, number, lines }: Batch): Promise<Written> {
    const key = `${writer} ${number}`
    if (this.#begun.key !== key) this.#begun = { key, done: new Set() }
    const all = lines.split('\n').map((json): Line => ({ json, event: JSON.parse(json) as GatewayEvent }))
    let written = 0
    const unwritable = { count: 0, reason: '' }
    for (const [week, those] of Map.groupBy(all, ({ event }) => weekOf(event.time))) {
      const write = (part: readonly Line[], name: string): void => this.#write(week, part, `${week} ${name}`)
      const result = await writeInParts(those, write, isHopeless)
      written += result.written
      if (result.unwritable === undefined) continue
      unwritable.count += result.unwritable.count
      unwritable.reason = result.unwritable.reason
    }
    return { written, ...(unwritable.count > 0 && { unwritable }) }
  }

  #write(week: number, lines: readonly Line[], name: string): void {
    if (this.#begun.done.has(name)) return
    const { connection, writer } = this.#week(week)
    writer.write(lines, this.#transactions)
    this.#begun.done.add(name)
    restartShortening(connection)
    this.#noteDeliveries(week, lines)
  }

  #noteDeliveries(week: number, those: readonly Line[]): void {
    // A delivery on Monday may be of a message of Sunday.
    const deliveries = those.flatMap(({ event }) => (event.type === 'delivery' ? [event as DeliveryEvent] : []))
    if (deliveries.length > 0 && this.#weeks().includes(week - 1))
      this.#week(week - 1).writer.noteDeliveries(deliveries)
  }

  search(query: HistoryQuery): HistoryPage {
    const { since = 0, until = Number.MAX_SAFE_INTEGER, cursor } = query
    const limit = limitOf(query.limit)
    const [atWeek, below] = positionOf(cursor)
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

  audit(query: AuditQuery): AuditPage {
    const { since = 0, until = Number.MAX_SAFE_INTEGER, cursor } = query
    const limit = limitOf(query.limit)
    const [atWeek, below] = positionOf(cursor)
    const events: ActionEvent[] = []
    for (const week of this.#weeks().toReversed()) {
      if (week > atWeek || startOf(week) >= until || startOf(week + 1) <= since) continue
      const before = week === atWeek ? below : MAX_ID
      const found = actionsIn(this.#week(week).connection, query, before, limit - events.length)
      events.push(...found.events)
      if (found.before !== undefined) return { events, next: `${week}.${found.before}` }
    }
    return { events }
  }

  exported(address: string, cursor: string | undefined): ExportedPage {
    const [atWeek = Number.NEGATIVE_INFINITY, after = 0] = cursor?.split('.').map(Number) ?? []
    const weeks = this.#weeks().filter(week => week >= atWeek)
    for (const [index, week] of weeks.entries()) {
      const found = exportFrom(this.#week(week).connection, address, week === atWeek ? after : 0)
      if (found.after !== undefined) return { sessions: found.sessions, next: `${week}.${found.after}` }
      const next = weeks[index + 1]
      if (found.sessions.length > 0)
        return { sessions: found.sessions, ...(next !== undefined && { next: `${next}.0` }) }
    }
    return { sessions: [] }
  }

  erase(address: string): number {
    return this.#weeks().reduce((sum, week) => sum + eraseIn(this.#week(week).connection, address), 0)
  }

  /** Drops what is too old or too much, and shortens some of what is old. @returns whether something is left */
  tidy(now: number): boolean {
    this.dropOld(now)
    const { shortenAfter } = this.#retention
    if (shortenAfter === undefined) return false
    const week = this.#weeks().find(
      one => startOf(one + 1) + shortenAfter <= now && !isShortened(this.#week(one).connection),
    )
    if (week === undefined) return false
    shortenIn(this.#week(week).connection, this.#shortener)
    return true
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

const limitOf = (limit: number = DEFAULT_LIMIT): number => Math.min(Math.max(limit, 1), MAX_LIMIT)

/** The week of a cursor, and the id below which it goes on. */
function positionOf(cursor: string | undefined): readonly [week: number, below: number] {
  const [week = Number.POSITIVE_INFINITY, below = MAX_ID] = cursor?.split('.').map(Number) ?? []
  return [week, below]
}

/** The file of a database, and those that SQLite keeps beside it. */
const ENDS = ['', '-wal', '-shm'] as const
