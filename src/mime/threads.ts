/** Worker threads that read the parts of large messages. A thread that exceeds its deadline is terminated. */

import { Worker } from 'node:worker_threads'
import { nextResponse } from '../threads/next-response.ts'
import { Slots } from '../threads/slots.ts'
import { threadFile } from '../threads/thread-file.ts'
import { unflatten } from './flat-parts.ts'
import { fill, type MessageBytes } from './message-bytes.ts'
import type { ParseRequest, ParseResponse } from './parse-worker.ts'
import type { PartList } from './part.ts'
import type { TreeOptions } from './tree.ts'

/** The result of reading one message in a thread. */
export type ThreadOutcome =
  | { readonly kind: 'done'; readonly list: PartList }
  /** `reason` is a sentence for the operator. */
  | { readonly kind: 'failed' | 'busy' | 'timeout'; readonly reason: string }

interface ThreadOptions {
  readonly tree: TreeOptions
  /** Milliseconds that the reading may take. */
  readonly deadline: number
  /** Milliseconds that the message may wait for a thread. */
  readonly maxWait: number
  readonly signal: AbortSignal
}

export interface ThreadPool {
  /** What one message takes of all that may be read or wait. */
  readonly share: number
  /**
   * Reads the message when a thread is free for it. Rejects only when `signal` aborts or the message cannot be read.
   */
  read(message: MessageBytes, options: ThreadOptions): Promise<ThreadOutcome>
}

export interface PoolOptions {
  /** Threads that run at once. @default 2 */
  readonly maxThreads?: number
  /**
   * Messages that may wait for a thread; more are refused as `busy`. A waiting message holds none of its bytes in
   * memory, and waits no longer than `maxWait`. @default 128
   */
  readonly maxQueue?: number
  /** The heap of one thread in MB, without the message itself. A thread that needs more dies alone. @default 256 */
  readonly heap?: number
}

/** Threads that read the parts of messages, at most `maxThreads` at once. */
export const threadPool = ({ maxThreads = 2, maxQueue = 128, heap = 256 }: PoolOptions = {}): ThreadPool =>
  new WorkerPool(maxThreads, maxQueue, heap)

/**
 * A thread that has finished is kept for the next message, and keeps no process alive. A thread that dies or exceeds
 * its deadline costs its message alone: nothing is tried again here.
 */
class WorkerPool implements ThreadPool {
  readonly share: number
  readonly #maxQueue: number
  readonly #heap: number
  readonly #idle = new Set<Worker>()
  /** Workers that have loaded their code. */
  readonly #started = new WeakSet<Worker>()
  /** The memory of each worker, for the next message that fits. */
  readonly #memory = new WeakMap<Worker, SharedArrayBuffer>()
  readonly #slots: Slots

  constructor(maxThreads: number, maxQueue: number, heap: number) {
    this.#slots = new Slots(maxThreads)
    this.#maxQueue = maxQueue
    this.#heap = heap
    this.share = 1 / (maxThreads + maxQueue)
  }

  async read(message: MessageBytes, options: ThreadOptions): Promise<ThreadOutcome> {
    const { maxWait, signal } = options
    signal.throwIfAborted()
    if (this.#slots.waiting >= this.#maxQueue) {
      return { kind: 'busy', reason: `${this.#maxQueue} messages wait for a thread already` }
    }
    const waited = AbortSignal.timeout(maxWait)
    try {
      await this.#slots.acquire(AbortSignal.any([signal, waited]))
    } catch {
      signal.throwIfAborted()
      return noThread(maxWait)
    }
    try {
      return await this.#readInThread(message, options, waited)
    } finally {
      this.#slots.release()
    }
  }

  /** @param waited aborts when the message has waited as long as it may */
  async #readInThread(
    message: MessageBytes,
    { tree, deadline, maxWait, signal }: ThreadOptions,
    waited: AbortSignal,
  ): Promise<ThreadOutcome> {
    const beforeReading = AbortSignal.any([signal, waited])
    let timeout = waited
    let worker: Worker | undefined
    let isReusable = false
    try {
      worker = this.#takeWorker()
      const start = this.#started.has(worker) ? undefined : await nextResponse<ParseResponse>(worker, beforeReading)
      if (start?.kind === 'failed') return start
      this.#started.add(worker)
      const bytes = await this.#copyFor(worker, message, beforeReading)
      timeout = AbortSignal.timeout(deadline)
      const outcome = await nextResponse<ParseResponse>(worker, AbortSignal.any([signal, timeout]), thread =>
        thread.postMessage({ bytes, options: tree } satisfies ParseRequest),
      )
      isReusable = outcome.kind === 'done'
      if (outcome.kind === 'done') return { kind: 'done', list: unflatten(outcome.list) }
      return outcome.kind === 'ready' ? noThread(maxWait) : outcome
    } catch (error) {
      signal.throwIfAborted()
      if (!timeout.aborted) throw error
      if (timeout === waited) return noThread(maxWait)
      return { kind: 'timeout', reason: `the message was not parsed within ${deadline} ms` }
    } finally {
      worker?.unref()
      if (isReusable && worker) this.#idle.add(worker)
      else void worker?.terminate()
    }
  }

  /** Copies the message once, into memory that both threads see. */
  async #copyFor(worker: Worker, message: MessageBytes, until: AbortSignal): Promise<Uint8Array<SharedArrayBuffer>> {
    const { size } = message
    const kept = this.#memory.get(worker)
    // Memory that was not touched before costs as much as to decode what is in it, and more collections of garbage.
    const memory = kept && kept.byteLength >= size ? kept : new SharedArrayBuffer(Math.ceil(size / STEP) * STEP)
    if (memory.byteLength <= MAX_KEPT_MEMORY) this.#memory.set(worker, memory)
    const bytes = new Uint8Array(memory, 0, size)
    await fill(bytes, message, 0, until)
    return bytes
  }

  #takeWorker(): Worker {
    const [idle] = this.#idle
    const worker = idle ?? startWorker(this.#heap, ended => this.#idle.delete(ended))
    this.#idle.delete(worker)
    worker.ref()
    return worker
  }
}

/** Bytes that a worker keeps for the next message at most, and steps in which they grow. */
const [MAX_KEPT_MEMORY, STEP] = [8_388_608, 524_288]

const noThread = (maxWait: number): ThreadOutcome => ({
  kind: 'busy',
  reason: `no thread was free within ${maxWait} ms`,
})

function startWorker(heap: number, onExit: (worker: Worker) => void): Worker {
  const file = threadFile(import.meta.url, 'mime/parse-worker')
  const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: heap } })
  // A worker that dies while idle is dropped; its death at work is reported by `nextResponse`.
  worker.on('error', () => {}).on('exit', () => onExit(worker))
  worker.unref()
  return worker
}
