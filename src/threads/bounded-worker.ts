/** A thread for work that may never end: one task at a time, with a deadline. A thread that misses it is replaced. */
import { Worker } from 'node:worker_threads'
import { nextResponse } from './next-response.ts'
import { Slots } from './slots.ts'

/** The result of one task. `reason` is a sentence for the operator. */
export type BoundedOutcome<Answer> =
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'failed' | 'busy' | 'timeout'; readonly reason: string }

/** What the thread sends. */
export type BoundedResponse<Answer> =
  /** Once, when its code is loaded, so that loading does not count against the deadline of a task. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly reason: string }

export interface BoundedWorkerOptions {
  /** The file of the thread, which calls `serveBounded`; it is asked for when the first task begins. */
  readonly file: () => URL
  /** Milliseconds that one task may take. */
  readonly deadline: number
  /** Milliseconds that a task may wait for the thread, loading included. */
  readonly maxWait: number
  /** Tasks that may wait. */
  readonly maxQueue: number
  /** The heap of the thread in MB; memory of WebAssembly and of buffers does not count. */
  readonly heap: number
  /** Milliseconds without a task after which the thread ends, which frees its memory. */
  readonly idle: number
}

/** The thread starts with the first task, and keeps no process alive. */
export class BoundedWorker<Task, Answer> {
  readonly #options: BoundedWorkerOptions
  readonly #slots = new Slots(1)
  #worker: Worker | undefined
  #isReady = false
  #idleTimer: NodeJS.Timeout | undefined

  constructor(options: BoundedWorkerOptions) {
    this.#options = options
  }

  /**
   * Rejects only when `signal` aborts, or the file of the thread is missing.
   *
   * @param make called when the thread is free, so that a task that waits holds no copy of its bytes
   */
  async ask(make: () => { task: Task; transfer: ArrayBuffer[] }, signal: AbortSignal): Promise<BoundedOutcome<Answer>> {
    const { maxWait, maxQueue, deadline } = this.#options
    signal.throwIfAborted()
    if (this.#slots.waiting >= maxQueue)
      return { kind: 'busy', reason: `${maxQueue} tasks wait for the thread already` }
    const waited = AbortSignal.timeout(maxWait)
    const untilFree = AbortSignal.any([signal, waited])
    let timeout = waited
    try {
      await this.#slots.acquire(untilFree)
    } catch {
      signal.throwIfAborted()
      return noThread(maxWait)
    }
    let isReusable = false
    try {
      const worker = this.#take()
      const start = this.#isReady ? undefined : await nextResponse<BoundedResponse<Answer>>(worker, untilFree)
      if (start?.kind === 'failed') return start
      this.#isReady = true
      timeout = AbortSignal.timeout(deadline)
      const { task, transfer } = make()
      const post = (): void => worker.postMessage(task, transfer)
      const outcome = await nextResponse<BoundedResponse<Answer>>(worker, AbortSignal.any([signal, timeout]), post)
      isReusable = outcome.kind === 'done'
      return outcome.kind === 'ready' ? { kind: 'failed', reason: 'the thread began anew' } : outcome
    } catch (error) {
      signal.throwIfAborted()
      if (!timeout.aborted) throw error
      return timeout === waited
        ? noThread(maxWait)
        : { kind: 'timeout', reason: `it was not finished within ${deadline} ms` }
    } finally {
      this.#rest(isReusable)
      this.#slots.release()
    }
  }

  #take(): Worker {
    clearTimeout(this.#idleTimer)
    this.#worker ??= this.#start()
    this.#worker.ref()
    return this.#worker
  }

  #start(): Worker {
    const { file, heap } = this.#options
    const worker = new Worker(file(), { resourceLimits: { maxOldGenerationSizeMb: heap }, stdin: true })
    this.#isReady = false
    // A thread that dies while idle is dropped; its death at work is reported by `nextResponse`.
    worker
      .on('error', () => {})
      .on('exit', () => {
        if (this.#worker === worker) this.#worker = undefined
      })
    worker.unref()
    return worker
  }

  #rest(isReusable: boolean): void {
    const worker = this.#worker
    worker?.unref()
    if (!isReusable) this.#end()
    else this.#idleTimer = setTimeout(() => this.#end(), this.#options.idle).unref()
  }

  #end(): void {
    clearTimeout(this.#idleTimer)
    const worker = this.#worker
    this.#worker = undefined
    void worker?.terminate()
  }
}

const noThread = (maxWait: number) =>
  ({ kind: 'busy', reason: `the thread was not free within ${maxWait} ms` }) as const
