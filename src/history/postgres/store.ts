/** A history in PostgreSQL, as its thread performs it. */
import type { GatewayEvent } from '../../model/events.ts'
import { PostgresClient } from '../../postgres/client.ts'
import { PostgresFailure } from '../../postgres/failure.ts'
import { migrate } from '../../postgres/migrate.ts'
import type { PostgresPlace } from '../../postgres/options.ts'
import { Shortener } from '../privacy.ts'
import type { Batch, Drained, Tidied, Written } from '../tasks.ts'
import { writeInParts } from '../unwritable.ts'
import { WaitingFiles } from '../waiting-files.ts'
import { Days, dayOf, HISTORY_TABLES, startOf } from './schema.ts'
import { Searcher } from './searcher.ts'
import { shortenDay } from './shorten.ts'
import { type Line, PostgresWriter } from './writer.ts'

/** What the thread is started with. */
export interface StoreOptions {
  readonly place: PostgresPlace
  /** Milliseconds after its end when a day is dropped. */
  readonly age: number
  /** Bytes of all days; the oldest go first, the present one never. */
  readonly size: number
  /** Milliseconds after its end when a day is shortened. @default never */
  readonly shortenAfter?: number
  /** The key of shortened names. */
  readonly key?: string
  /** Where events wait while the database is away, and how many bytes. @default in memory */
  readonly waiting?: { readonly folder: string; readonly size: number }
}

/** Days that are made ahead. */
const AHEAD = 2
/** Batches that one turn writes of those that wait. */
const MAX_DRAINED = 20
/** How long a batch is known that could come a second time. */
const REPEATED_MS = 30 * 86_400_000

export class PostgresStore {
  readonly client: PostgresClient
  readonly searcher: Searcher
  readonly #options: StoreOptions
  readonly #days: Days
  readonly #writer: PostgresWriter
  readonly #waiting: WaitingFiles | undefined
  #ready: Promise<void> | undefined
  #hasTakenOver = false
  #draining: Promise<unknown> = Promise.resolve()

  constructor(options: StoreOptions) {
    const { place, waiting } = options
    this.#options = options
    this.client = new PostgresClient(place, 'postern history')
    this.searcher = new Searcher(this.client)
    this.#days = new Days(this.client)
    this.#writer = new PostgresWriter(this.#days)
    this.#waiting = waiting && new WaitingFiles(waiting.folder, waiting.size)
  }

  /** Settles when the tables are there. */
  async ready(): Promise<PostgresClient> {
    this.#ready ??= migrate(this.client, this.#options.place.schema, HISTORY_TABLES)
    try {
      await this.#ready
    } catch (error) {
      this.#ready = undefined
      throw error
    }
    return this.client
  }

  /** Writes a batch, or lets it wait in a file. Rejects where it can do neither. */
  async write(batch: Batch): Promise<Written> {
    const events = batch.lines.split('\n').length
    if (!this.#hasTakenOver) this.#takeOver()
    // What came before goes first: a delivery is noted at a recipient that is there.
    if (this.#waiting !== undefined && this.#waiting.bytes > 0)
      return this.#keep(batch, events, 'events wait before it')
    try {
      return await this.#write(batch)
    } catch (error) {
      if (this.#waiting === undefined) throw error
      return this.#keep(batch, events, error instanceof Error ? error.message : String(error))
    }
  }

  /** Writes some of what waits; one after the other, however often it is asked for at the same time. */
  drain(): Promise<Drained> {
    const drained = this.#draining.then(() => this.#drain())
    this.#draining = drained.catch(() => undefined)
    return drained
  }

  async #drain(): Promise<Drained> {
    const waiting = this.#waiting
    const sum = { written: 0, unwritable: 0, reason: '' }
    for (let count = 0; waiting !== undefined && count < MAX_DRAINED; count += 1) {
      const batch = waiting.first()
      if (batch === undefined) break
      try {
        const { written, unwritable } = await this.#write(batch)
        sum.written += written
        sum.unwritable += unwritable?.count ?? 0
        sum.reason = unwritable?.reason ?? sum.reason
      } catch (error) {
        return { ...drained(sum, waiting.bytes), reason: error instanceof Error ? error.message : String(error) }
      }
      waiting.removeFirst()
    }
    return drained(sum, waiting?.bytes ?? 0)
  }

  /** Makes days ahead, drops what is old or too much, and shortens some of what is old. */
  async tidy(now: number): Promise<Tidied> {
    const unreadable = this.#takeOver()
    await this.ready()
    const today = dayOf(now)
    await this.#days.ensure(Array.from({ length: AHEAD + 1 }, (_, index) => today + index))
    await this.#dropOld(now, today)
    await this.client.query('DELETE FROM batches WHERE time < $1', [now - REPEATED_MS])
    const remark = unreadable.length === 0 ? {} : { remark: `${unreadable.join(', ')} cannot be read: remove it` }
    return { more: await this.#shorten(now), waiting: this.#waiting?.bytes ?? 0, ...remark }
  }

  async close(): Promise<void> {
    this.#waiting?.close()
    await this.client.close()
  }

  /** A thread that has ended may have left events, too: those of this process come before its next ones. */
  #takeOver(): readonly string[] {
    this.#hasTakenOver = true
    return this.#waiting?.takeOver() ?? []
  }

  async #write(batch: Batch): Promise<Written> {
    await this.ready()
    const lines = batch.lines.split('\n').map((json): Line => ({ json, event: JSON.parse(json) as GatewayEvent }))
    const write = (some: readonly Line[], part: string) => this.#writer.write(some, { ...batch, part })
    return await writeInParts(lines, write, isHopeless)
  }

  #keep(batch: Batch, events: number, reason: string): Written {
    if (this.#waiting?.add(batch, events)) return { written: 0, waiting: events, reason }
    const full = `events wait for the database, and their file is full (${this.#options.waiting?.size} bytes)`
    return { written: 0, waiting: 0, dropped: events, reason: full }
  }

  async #dropOld(now: number, today: number): Promise<void> {
    const { age, size } = this.#options
    const days = await this.#days.list()
    let bytes = days.reduce((sum, day) => sum + day.bytes, 0)
    for (const { day, bytes: own } of days) {
      if (day >= today || (bytes <= size && startOf(day + 1) + age > now)) continue
      bytes -= own
      await this.#days.drop(day)
    }
  }

  async #shorten(now: number): Promise<boolean> {
    const { shortenAfter, key } = this.#options
    if (shortenAfter === undefined) return false
    return await shortenDay(this.client, new Shortener(key), dayOf(now - shortenAfter))
  }
}

function drained(
  { written, unwritable, reason }: { written: number; unwritable: number; reason: string },
  left: number,
) {
  return { written, left, ...(unwritable > 0 && { unwritable: { count: unwritable, reason } }) }
}

/** Whether the events themselves are at fault. */
const isHopeless = (error: unknown): boolean =>
  error instanceof PostgresFailure ? error.kind === 'data' : error instanceof TypeError || error instanceof RangeError
