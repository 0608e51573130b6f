/** History in SQLite: a file for each week, written and searched in a thread. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { callback, duration, having, size, text } from '../../model/checks.ts'
import { errorText } from '../../model/errors.ts'
import type { GatewayEvent } from '../../model/events.ts'
import type { Metric } from '../../model/metric.ts'
import { checked, required, schemaOf } from '../../model/options.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../../model/units.ts'
import type { AggregateQuery, AggregateRow, History, HistoryPage, HistoryQuery } from '../types.ts'
import { EventQueue } from './queue.ts'
import type { Request, Response, Task, ThreadOptions } from './thread.ts'

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
  readonly #thread: HistoryThread
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
    this.#thread = new HistoryThread({ folder: resolve(folder), retention })
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
    await this.#thread.close()
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

interface Pending {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** Asks the thread, and starts another one where it has died. */
class HistoryThread {
  readonly #options: ThreadOptions
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #requests = 0

  constructor(options: ThreadOptions) {
    this.#options = options
  }

  ask(task: Task): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#worker ??= this.#start()
      this.#requests += 1
      this.#pending.set(this.#requests, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage({ id: this.#requests, task } satisfies Request)
    })
  }

  async close(): Promise<void> {
    if (this.#worker === undefined) return
    await this.ask({ kind: 'close' }).catch(() => undefined)
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #start(): Worker {
    const worker = new Worker(threadFile(), { workerData: this.#options })
    const died = (reason: string): void => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      const lost = [...this.#pending.values()]
      this.#pending.clear()
      for (const { reject } of lost) reject(new Error(reason))
    }
    worker.on('message', (response: Response) => this.#settle(response))
    worker.on('error', error => died(`the thread of history died: ${error.message}`))
    worker.on('exit', () => died('the thread of history has ended'))
    worker.unref()
    return worker
  }

  #settle(response: Response): void {
    const pending = this.#pending.get(response.id)
    this.#pending.delete(response.id)
    // A thread without work must not keep the process alive.
    if (this.#pending.size === 0) this.#worker?.unref()
    if ('failure' in response) pending?.reject(new Error(response.failure))
    else pending?.resolve(response.answer)
  }
}

/** The thread's file is beside this one in the source, and in its own folder in the package. */
function threadFile(): URL {
  const here = import.meta.url
  const paths = here.endsWith('.ts')
    ? ['./thread.ts']
    : ['./thread.js', './sqlite/thread.js', './history/sqlite/thread.js']
  const found = paths.map(path => new URL(path, here)).find(url => existsSync(url))
  if (!found) throw new Error(`history/sqlite/thread.js is not where the build of postern puts it, near ${here}`)
  return found
}
