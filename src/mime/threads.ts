/** A few threads that read the parts of large messages, each ended when its time is up. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Message } from '../model/stage.ts'
import type { ParseRequest, ParseResponse } from './parse-worker.ts'
import type { PartLimits, PartList } from './part.ts'

/** What a thread made of a message. */
export type ThreadOutcome =
  | { readonly kind: 'done'; readonly list: PartList }
  /** A sentence. */
  | { readonly kind: 'failed' | 'busy' | 'timeout'; readonly reason: string }

export interface ThreadOptions {
  readonly limits: PartLimits
  /** Milliseconds that the reading may take. */
  readonly deadline: number
  /** Milliseconds that the message may wait for its turn. */
  readonly maxWait: number
  readonly signal: AbortSignal
}

export interface ThreadPool {
  /** Opens the message when its turn has come. Rejects only when `signal` aborts or the message cannot be read. */
  read(message: Pick<Message, 'open' | 'size'>, options: ThreadOptions): Promise<ThreadOutcome>
}

export interface PoolOptions {
  /** Threads at once. @default 2 */
  readonly maxThreads?: number
  /** Messages that may wait for one; more are turned away. @default 32 */
  readonly maxQueue?: number
  /** The heap of one thread, in MB; the message itself lies outside of it. A thread that needs more dies alone. @default 256 */
  readonly heap?: number
}

/**
 * A thread that is done is kept for the next message and keeps no process alive. One that dies or spins costs its message
 * once: nothing is tried again here.
 */
export function threadPool({ maxThreads = 2, maxQueue = 32, heap = 256 }: PoolOptions = {}): ThreadPool {
  const idle: Worker[] = []
  const started = new WeakSet<Worker>()
  const waiting = new Set<() => void>()
  let running = 0

  const turn = async (until: AbortSignal): Promise<void> => {
    if (running < maxThreads) {
      running++
      return
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        until.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        waiting.delete(go)
        reject(until.reason)
      }
      waiting.add(go)
      until.addEventListener('abort', leave, { once: true })
    })
  }
  const leave = (): void => {
    const [next] = waiting
    if (next) {
      waiting.delete(next)
      next()
    } else running--
  }

  return {
    read: async (message, { limits, deadline, maxWait, signal }) => {
      signal.throwIfAborted()
      if (waiting.size >= maxQueue) return { kind: 'busy', reason: `${maxQueue} messages wait for a thread already` }
      const late = AbortSignal.timeout(maxWait)
      const beginning = AbortSignal.any([signal, late])
      const busy = { kind: 'busy', reason: `no thread was free within ${maxWait} ms` } as const
      try {
        await turn(beginning)
      } catch {
        signal.throwIfAborted()
        return busy
      }
      let over: AbortSignal = late
      let worker: Worker | undefined
      let whole = false
      try {
        worker =
          idle.pop() ?? startWorker(heap, gone => idle.splice(0, idle.length, ...idle.filter(one => one !== gone)))
        worker.ref()
        const start = started.has(worker) ? undefined : await nextResponse(worker, beginning)
        if (start && start.kind !== 'ready') return start
        started.add(worker)
        const bytes = await copyToShared(message, beginning)
        over = AbortSignal.timeout(deadline)
        const outcome = await nextResponse(worker, AbortSignal.any([signal, over]), { bytes, limits })
        whole = outcome.kind === 'done'
        return outcome.kind === 'ready' ? busy : outcome
      } catch (error) {
        signal.throwIfAborted()
        if (!over.aborted) throw error
        return over === late ? busy : { kind: 'timeout', reason: `the message was not parsed within ${deadline} ms` }
      } finally {
        worker?.unref()
        if (whole && worker) idle.push(worker)
        else void worker?.terminate()
        leave()
      }
    },
  }
}

/** The whole message where both threads see it, so that it is copied once. */
async function copyToShared(
  { open, size }: Pick<Message, 'open' | 'size'>,
  until: AbortSignal,
): Promise<SharedArrayBuffer> {
  const bytes = new SharedArrayBuffer(size)
  const view = Buffer.from(bytes)
  let at = 0
  for await (const chunk of open() as AsyncIterable<Buffer>) {
    until.throwIfAborted()
    at += chunk.copy(view, at)
  }
  if (at < size) throw new Error(`the message has ${at} bytes, and was to have ${size}`)
  return bytes
}

/** Settles with the next thing that the thread says, or rejects when `until` aborts. */
async function nextResponse(worker: Worker, until: AbortSignal, request?: ParseRequest): Promise<ParseResponse> {
  until.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<ParseResponse>()
  const onError = (error: Error): void => resolve({ kind: 'failed', reason: `the thread died: ${error.message}` })
  const onExit = (): void => resolve({ kind: 'failed', reason: 'the thread died' })
  const onAbort = (): void => reject(until.reason)
  worker.on('message', resolve).on('error', onError).on('exit', onExit)
  until.addEventListener('abort', onAbort, { once: true })
  if (request) worker.postMessage(request)
  try {
    return await promise
  } finally {
    worker.off('message', resolve).off('error', onError).off('exit', onExit)
    until.removeEventListener('abort', onAbort)
  }
}

/** From source, beside this file; in the package, where the build puts it. */
function startWorker(heap: number, gone: (worker: Worker) => void): Worker {
  const here = import.meta.url
  const places = here.endsWith('.ts') ? ['./parse-worker.ts'] : ['./mime/parse-worker.js', './parse-worker.js']
  const found = places.map(place => new URL(place, here)).find(url => existsSync(url))
  if (!found) throw new Error(`mime/parse-worker.js is not where the build of postern puts it, near ${here}`)
  const worker = new Worker(found, { resourceLimits: { maxOldGenerationSizeMb: heap } })
  // One that dies while it is idle is forgotten; one that dies at work is reported by whoever feeds it.
  worker.on('error', () => {}).on('exit', () => gone(worker))
  worker.unref()
  return worker
}
