/** `postern/sqlite`: a store in a file that survives a restart and that the processes of one machine share. */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { callback, having, text, whole } from '../../model/checks.ts'
import { checked, required, schemaOf } from '../../model/options.ts'
import { type Clock, emitWarning, type Notify } from '../../model/services.ts'
import type { Answers, Operation, Store } from '../../model/store.ts'
import type { DatabaseOptions } from './database.ts'
import type { Request, Response } from './thread.ts'

/** What `sqliteStore` takes. */
export interface SqliteStoreOptions {
  /** The path of the file, not on a network file system. SQLite adds two more files beside it, `-wal` and `-shm`. */
  readonly file: string
  /**
   * The maximum number of entries, give or take 2,000; a count takes about 90 bytes. When the store is full, expired
   * entries go first, then entries that were seen once, the nearest to its end first.
   * @default 1_000_000
   */
  readonly entries?: number
  /** Called with `store/broken` when a corrupt file was renamed. @default warnings of the process */
  readonly notify?: Notify
  /** The clock. @default the machine's, whose monotonic time all processes share until the next boot */
  readonly clock?: Pick<Clock, 'now' | 'monotonic'>
}

/** A {@link Store} in a file. */
export interface SqliteStore extends Store {
  /** Performs what was handed in before, and ends the thread. */
  close(): Promise<void>
}

/** Operations that may wait for the thread; more are refused with an error. */
const MAX_WAITING = 20_000
/** How long the thread may take to end, in milliseconds. */
const SHUTDOWN_TIMEOUT_MS = 2_000

interface Waiting {
  readonly operations: readonly Operation[]
  readonly answer: (answers: unknown) => void
  readonly reject: (error: Error) => void
}

const schema = schemaOf<SqliteStoreOptions>('sqliteStore', {
  file: required(text('the path of a file')),
  entries: whole({ min: 1 }),
  notify: callback(),
  clock: having('a clock', 'now', 'monotonic'),
})

/**
 * Makes a store over node:sqlite, which runs in a thread. Lists that come while the thread is busy are performed
 * together, in one transaction. It waits as long as the disk does: `postern()` adds a fallback, and so does
 * `withFallback`.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const filters = recommended({ domains: ['example.org'] })
 * postern({ filters, store: sqliteStore({ file: '/var/lib/postern/store.db' }) })
 */
export function sqliteStore(given: SqliteStoreOptions): SqliteStore {
  const { file, entries = 1_000_000, notify = emitWarning, clock } = checked(schema, given)
  const boot = (clock ? undefined : bootOf()) ?? randomUUID()
  const store = new ThreadStore({ file: resolve(file), entries, boot }, clock ?? machineClock, notify)
  return { run: operations => store.run(operations), close: () => store.close() }
}

/** Hands lists of operations to the thread, and answers to those who wait. */
class ThreadStore {
  readonly #options: DatabaseOptions
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>
  readonly #notify: Notify
  #waiting: Waiting[] = []
  #waitingOperations = 0
  /** What the thread performs now. */
  #atWork: readonly Waiting[] = []
  #thread: Worker | undefined
  #isClosed = false

  constructor(options: DatabaseOptions, clock: Pick<Clock, 'now' | 'monotonic'>, notify: Notify) {
    this.#options = options
    this.#clock = clock
    this.#notify = notify
    this.#thread = this.#begin()
  }

  async run<const O extends readonly Operation[]>(operations: O): Promise<Answers<O>> {
    const { file } = this.#options
    if (this.#isClosed) throw new Error(`the store ${file} is closed`)
    if (this.#waitingOperations > MAX_WAITING) throw new Error(`the store ${file} is overrun`)
    return (await this.#enqueue(operations)) as Answers<O>
  }

  async close(): Promise<void> {
    const thread = this.#thread
    if (this.#isClosed) return
    this.#isClosed = true
    if (!thread) return
    const ended = new Promise<void>(done => thread.once('exit', () => done()))
    const timeout = setTimeout(() => void thread.terminate(), SHUTDOWN_TIMEOUT_MS)
    // An empty list is answered after everything that was handed in before.
    await this.#enqueue([]).catch(() => undefined)
    thread.ref()
    thread.postMessage({ kind: 'close' } satisfies Request)
    await ended
    clearTimeout(timeout)
  }

  #enqueue(operations: readonly Operation[]): Promise<unknown> {
    return new Promise((answer, reject) => {
      this.#waiting.push({ operations, answer, reject })
      this.#waitingOperations += operations.length
      if (this.#atWork.length === 0) this.#next()
    })
  }

  /** Hands all that waits to the thread. */
  #next(): void {
    if (this.#waiting.length === 0) {
      // An idle store must not keep the process alive.
      this.#thread?.unref()
      return
    }
    this.#thread ??= this.#begin()
    this.#thread.ref()
    this.#atWork = this.#waiting
    this.#waiting = []
    this.#waitingOperations = 0
    const at = { wall: this.#clock.now(), monotonic: this.#clock.monotonic() }
    const lists = this.#atWork.map(({ operations }) => operations)
    this.#thread.postMessage({ kind: 'run', lists, at } satisfies Request)
  }

  #settle(each: (one: Waiting, index: number) => void): void {
    const done = this.#atWork
    this.#atWork = []
    for (const [index, one] of done.entries()) each(one, index)
    this.#next()
  }

  #begin(): Worker {
    const { file } = this.#options
    const thread = startThread(this.#options)
    thread.on('message', (response: Response) => {
      if (response.kind === 'notice') this.#notify(response.notice)
      else if (response.kind === 'failed') this.#settle(({ reject }) => reject(new Error(response.reason)))
      else this.#settle(({ answer }, index) => answer(response.answers[index]))
    })
    thread.on('error', error => this.#fail(thread, `the thread of ${file} died: ${error.message}`))
    thread.on('exit', () => this.#fail(thread, `the thread of ${file} has ended`))
    thread.unref()
    return thread
  }

  #fail(thread: Worker, reason: string): void {
    if (this.#thread !== thread) return
    this.#thread = undefined
    if (this.#isClosed) this.#atWork = [...this.#atWork, ...this.#waiting.splice(0)]
    this.#settle(({ reject }) => reject(new Error(reason)))
  }
}

/** `performance.now()` begins again with each process; this clock begins again with each boot. */
const machineClock: Pick<Clock, 'now' | 'monotonic'> = {
  now: Date.now,
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
}

/** The id of this boot; without one, processes agree by the wall clock when they open the file. */
function bootOf(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return undefined
  }
}

/** The thread's file is beside this one in the source, and in its own folder in the package. */
function startThread(options: DatabaseOptions): Worker {
  const here = import.meta.url
  const paths = here.endsWith('.ts') ? ['./thread.ts'] : ['./thread.js', './store/sqlite/thread.js']
  const found = paths.map(path => new URL(path, here)).find(url => existsSync(url))
  if (!found) throw new Error(`store/sqlite/thread.js is not where the build of postern puts it, near ${here}`)
  return new Worker(found, { workerData: options })
}
