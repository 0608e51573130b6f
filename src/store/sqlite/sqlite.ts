/** `postern/sqlite`: a store in a file, that survives a restart and is shared by the processes of one machine. */

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

export interface SqliteStoreOptions {
  /** Where it is kept. Not on a network file system. Two more files stand beside it, `-wal` and `-shm`. */
  readonly file: string
  /**
   * How many entries it holds at most, give or take 2,000; a count takes about 90 bytes. When it is full, what has
   * expired goes first, then what was seen only once, the nearest to its end first.
   * @default 1_000_000
   */
  readonly entries?: number
  /** Hears when a file was broken and is set aside. @default warnings of the process */
  readonly notify?: Notify
  /** @default the machine's, whose monotonic time all processes share until it is booted again */
  readonly clock?: Pick<Clock, 'now' | 'monotonic'>
}

export interface SqliteStore extends Store {
  /** Writes what is under way, and ends the thread. */
  close(): Promise<void>
}

/** Operations that wait for the thread; who comes later is told that the store is overrun. */
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
 * A store over node:sqlite, in a thread of its own. Lists that come while the thread is at work are done together, in
 * one transaction. It waits as long as the disk does: postern() insures it, and so does `withFallback`.
 *
 * @throws PosternError when `entries` is no number of entries
 * @example
 * postern({ filters, store: sqliteStore({ file: '/var/lib/postern/store.db' }) })
 */
export function sqliteStore(given: SqliteStoreOptions): SqliteStore {
  const { file, entries = 1_000_000, notify = emitWarning, clock } = checked(schema, given)
  const time = clock ?? machineClock
  const options: DatabaseOptions = {
    file: resolve(file),
    entries,
    boot: (clock ? undefined : bootOf()) ?? randomUUID(),
  }
  let waiting: Waiting[] = []
  let atWork: readonly Waiting[] = []
  let waitingOperations = 0
  let closed = false
  let worker: Worker | undefined

  const next = () => {
    if (waiting.length === 0) {
      // An idle store keeps no process alive.
      worker?.unref()
      return
    }
    worker ??= begin()
    worker.ref()
    atWork = waiting
    waiting = []
    waitingOperations = 0
    const at = { wall: time.now(), monotonic: time.monotonic() }
    worker.postMessage({ kind: 'run', lists: atWork.map(({ operations }) => operations), at } satisfies Request)
  }
  const settle = (each: (one: Waiting, place: number) => void) => {
    const done = atWork
    atWork = []
    for (const [place, one] of done.entries()) each(one, place)
    next()
  }
  const begin = (): Worker => {
    const thread = startThread(options)
    const gone = (reason: string) => {
      if (worker !== thread) return
      worker = undefined
      if (closed) atWork = [...atWork, ...waiting.splice(0)]
      settle(({ reject }) => reject(new Error(reason)))
    }
    thread.on('message', (response: Response) => {
      if (response.kind === 'notice') notify(response.notice)
      else if (response.kind === 'failed') settle(({ reject }) => reject(new Error(response.reason)))
      else settle(({ answer }, place) => answer(response.answers[place]))
    })
    thread.on('error', error => gone(`the thread of ${file} died: ${error.message}`))
    thread.on('exit', () => gone(`the thread of ${file} has ended`))
    thread.unref()
    return thread
  }
  worker = begin()

  const enqueue = (operations: readonly Operation[]): Promise<unknown> =>
    new Promise((answer, reject) => {
      waiting.push({ operations, answer, reject })
      waitingOperations += operations.length
      if (atWork.length === 0) next()
    })

  return {
    run: async <const O extends readonly Operation[]>(operations: O) => {
      if (closed) throw new Error(`the store ${file} is closed`)
      if (waitingOperations > MAX_WAITING) throw new Error(`the store ${file} is overrun`)
      return (await enqueue(operations)) as Answers<O>
    },
    close: async () => {
      const thread = worker
      if (closed) return
      closed = true
      if (!thread) return
      const ended = new Promise<void>(done => thread.once('exit', () => done()))
      const impatience = setTimeout(() => void thread.terminate(), SHUTDOWN_TIMEOUT_MS)
      // Behind all that was asked before.
      await enqueue([]).catch(() => undefined)
      thread.ref()
      thread.postMessage({ kind: 'close' } satisfies Request)
      await ended
      clearTimeout(impatience)
    },
  }
}

/** `performance.now()` begins anew with each process; this one does with the machine. */
const machineClock: Pick<Clock, 'now' | 'monotonic'> = {
  now: Date.now,
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
}

/** Where nobody can tell, processes agree by the wall clock when they open the file. */
function bootOf(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return undefined
  }
}

/** From source, beside this file; in the package, where the build puts it. */
function startThread(options: DatabaseOptions): Worker {
  const here = import.meta.url
  const places = here.endsWith('.ts') ? ['./thread.ts'] : ['./thread.js', './store/sqlite/thread.js']
  const found = places.map(place => new URL(place, here)).find(url => existsSync(url))
  if (!found) throw new Error(`store/sqlite/thread.js is not where the build of postern puts it, near ${here}`)
  return new Worker(found, { workerData: options })
}
