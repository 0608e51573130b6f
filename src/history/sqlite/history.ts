/** History in SQLite: a file for each week, written and searched in a thread. */
import { resolve } from 'node:path'
import { callback, duration, having, size, text } from '../../model/checks.ts'
import { errorText } from '../../model/errors.ts'
import type { GatewayEvent } from '../../model/events.ts'
import type { Metric } from '../../model/metric.ts'
import { checked, required, schemaOf } from '../../model/options.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../../model/units.ts'
import { threadFile, WorkerClient } from '../../threads/worker-client.ts'
import type { AggregateQuery, AggregateRow, History, HistoryPage, HistoryQuery } from '../types.ts'
import { EventQueue } from './queue.ts'
import type { Task, ThreadOptions } from './thread.ts'

/** What `sqliteHistory` takes. */
export interface SqliteHistoryOptions {
  /** The folder of the files, not on a network file system. It is made where there is none, for its owner alone. */
  readonly folder: string
  /** How long a week is kept after its end. @default '90d' */
  readonly keep?: Duration
  /** What all files may take; the oldest weeks go first. @default '10gb' */
  readonly size?: Size
  /** What may wait to be written; events beyond are dropped, counted and reported. @default '64mb' */
  readonly queue?: Size
  /** Called when events are dropped or cannot be written. @default warnings of the process */
  readonly notify?: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

const schema = schemaOf<SqliteHistoryOptions>('sqliteHistory', {
  folder: required(text('the path of a folder')),
  keep: duration({ min: '1h' }),
  size: size({ min: '1mb' }),
  queue: size({ min: '64kb' }),
  notify: callback(),
  clock: having<Clock>('a clock', 'now', 'monotonic', 'after'),
})

/** How often old weeks are looked for. */
const DROP_EVERY_MS = 3_600_000
/** How long `close` waits for what is in the queue. */
const CLOSE_TIMEOUT_MS = 10_000

/**
 * Keeps history in files of SQLite, one for each week. Several processes of one machine may write into the same folder.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const history = sqliteHistory({ folder: '/var/lib/postern/history' })
 * const gateway = postern({ filters, events: event => history.append([event]) })
 */
export const sqliteHistory = (options: SqliteHistoryOptions): History => new SqliteHistory(checked(schema, options))

class SqliteHistory implements History {
  readonly #thread: WorkerClient<Task>
  readonly #queue: EventQueue
  readonly #clock: Clock
  readonly #notify: Notify
  readonly #stop: () => void
  #isFailing = false
  #isClosed = false

  constructor(options: SqliteHistoryOptions) {
    const { folder, keep = '90d', size: most = '10gb', queue = '64mb', notify = emitWarning } = options
    const { clock = systemClock } = options
    const retention = { age: toMilliseconds(keep), size: toBytes(most) }
    this.#clock = clock
    this.#notify = notify
    const data: ThreadOptions = { folder: resolve(folder), retention }
    const file = threadFile(import.meta.url, 'history/sqlite/thread')
    this.#thread = new WorkerClient('the thread of history', file, data)
    this.#queue = new EventQueue({ max: toBytes(queue), clock, notify, write: lines => this.#write(lines) })
    let cancel: () => void = () => undefined
    const dropOld = (): void => {
      this.#thread.ask({ kind: 'dropOld', now: clock.now() }).catch(error => this.#report(error))
      cancel = clock.after(DROP_EVERY_MS, dropOld)
    }
    dropOld()
    this.#stop = () => cancel()
  }

  append(events: readonly GatewayEvent[]): void {
    if (!this.#isClosed) this.#queue.add(events)
  }

  async flush(): Promise<void> {
    await this.#queue.flush()
  }

  async search(query: HistoryQuery): Promise<HistoryPage> {
    return (await this.#thread.ask({ kind: 'search', query })) as HistoryPage
  }

  async get(ref: string): Promise<readonly GatewayEvent[]> {
    return (await this.#thread.ask({ kind: 'session', ref })) as readonly GatewayEvent[]
  }

  async aggregate(query: AggregateQuery): Promise<readonly AggregateRow[]> {
    return (await this.#thread.ask({ kind: 'aggregate', query })) as readonly AggregateRow[]
  }

  async erase(address: string): Promise<number> {
    await this.flush()
    return (await this.#thread.ask({ kind: 'erase', address })) as number
  }

  metrics(): readonly Metric[] {
    return this.#queue.metrics()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stop()
    const timeout = new Promise<void>(done => this.#clock.after(CLOSE_TIMEOUT_MS, done))
    await Promise.race([this.#queue.flush(), timeout])
    this.#queue.close()
    await this.#thread.close({ kind: 'close' })
  }

  async #write(lines: readonly string[]): Promise<boolean> {
    try {
      await this.#thread.ask({ kind: 'write', lines: lines.join('\n') })
      if (this.#isFailing) this.#notify({ code: 'history/writing', reason: 'history is written again', level: 'info' })
      this.#isFailing = false
      return true
    } catch (error) {
      this.#report(error)
      return false
    }
  }

  #report(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = `history cannot be written: ${errorText(error)}; events wait, and are dropped when the queue is full`
    this.#notify({ code: 'history/failing', reason, level: 'warning' })
  }
}
