/** Asks a thread that performs one task at a time, and ends it when a task exceeds its time. */
import { Worker } from 'node:worker_threads'
import type { WorkerRequest, WorkerResponse } from './worker-client.ts'

/** What became of one task. */
export type TaskOutcome =
  | { readonly kind: 'done'; readonly answer: unknown }
  /** `reason` is a sentence for the operator. */
  | { readonly kind: 'failed' | 'busy' | 'timeout'; readonly reason: string }

export interface BoundedThreadOptions {
  /** For reasons: `the thread for codes`. */
  readonly name: string
  /** See `threadFile`. It answers with `serveTasks`. */
  readonly file: () => URL
  /** Milliseconds that one task may take; the start of the thread is not counted. */
  readonly deadline: number
  /** Milliseconds that a task may wait for the thread. */
  readonly maxWait: number
  /** Tasks that may wait. Each holds its bytes in memory. */
  readonly maxQueue: number
  /** The heap of the thread in MB. Memory of WebAssembly is not counted: its module has a maximum. */
  readonly heap: number
}

/**
 * One thread, which starts with the first task and keeps no process alive. A thread that dies, or is ended, costs the
 * task at hand; the next one starts another thread.
 *
 * @example
 * const outcome = await thread.ask({ bytes }, message.signal)
 */
export class BoundedThread<Task> {
  readonly #options: BoundedThreadOptions
  /** The thread when it runs, or why it does not. */
  #worker: Promise<Worker | string> | undefined
  #running: Worker | undefined
  /** The task before the next one: tasks are performed in their order. */
  #last: Promise<void> = Promise.resolve()
  #waiting = 0
  #requests = 0

  constructor(options: BoundedThreadOptions) {
    this.#options = options
  }

  /**
   * Rejects only when `signal` aborts.
   *
   * @param transfer memory in the task that the thread takes over, so that it is not copied
   */
  async ask(task: Task, signal: AbortSignal, transfer: readonly ArrayBuffer[] = []): Promise<TaskOutcome> {
    const { name, maxQueue, maxWait } = this.#options
    signal.throwIfAborted()
    if (this.#waiting > maxQueue) return { kind: 'busy', reason: `${maxQueue} tasks wait for ${name} already` }
    const before = this.#last
    const { promise: turnEnded, resolve: endTurn } = Promise.withResolvers<void>()
    this.#last = turnEnded
    this.#waiting++
    try {
      const waited = AbortSignal.timeout(maxWait)
      if (!(await settles(before, AbortSignal.any([signal, waited])))) {
        signal.throwIfAborted()
        return { kind: 'busy', reason: `${name} was not free within ${maxWait} ms` }
      }
      return await this.#perform(task, signal, transfer)
    } finally {
      this.#waiting--
      // A task that no longer waits leaves its place to those behind it when the task before it has ended.
      void before.then(() => endTurn())
    }
  }

  async #perform(task: Task, signal: AbortSignal, transfer: readonly ArrayBuffer[]): Promise<TaskOutcome> {
    const { name, deadline } = this.#options
    this.#worker ??= this.#start()
    const worker = await this.#worker
    if (typeof worker === 'string') return { kind: 'failed', reason: worker }
    signal.throwIfAborted()
    const id = ++this.#requests
    const timeout = AbortSignal.timeout(deadline)
    const answer = nextAnswer(worker, id, name)
    worker.ref()
    try {
      worker.postMessage({ id, task } satisfies WorkerRequest<Task>, [...transfer])
      if (await settles(answer, AbortSignal.any([signal, timeout]))) return await answer
      this.#end(worker)
      signal.throwIfAborted()
      return { kind: 'timeout', reason: `${name} was ended: a task took more than ${deadline} ms` }
    } catch (error) {
      this.#end(worker)
      throw error
    } finally {
      worker.unref()
    }
  }

  async #start(): Promise<Worker | string> {
    const { name, file, heap } = this.#options
    const { promise, resolve } = Promise.withResolvers<Worker | string>()
    const worker = new Worker(file(), { resourceLimits: { maxOldGenerationSizeMb: heap } })
    const ended = (reason: string): void => {
      resolve(reason)
      if (this.#running === worker) this.#forget()
    }
    this.#running = worker
    worker.once('online', () => resolve(worker))
    worker.on('error', error => ended(`${name} died: ${error.message}`))
    worker.on('exit', () => ended(`${name} has ended`))
    return await promise
  }

  #end(worker: Worker): void {
    if (this.#running === worker) this.#forget()
    void worker.terminate()
  }

  #forget(): void {
    this.#running = undefined
    this.#worker = undefined
  }
}

function nextAnswer(worker: Worker, id: number, name: string): Promise<TaskOutcome> {
  const { promise, resolve } = Promise.withResolvers<TaskOutcome>()
  const onMessage = (response: WorkerResponse): void => {
    if (response.id !== id) return
    resolve(
      'failure' in response ? { kind: 'failed', reason: response.failure } : { kind: 'done', answer: response.answer },
    )
  }
  const onError = (error: Error): void => resolve({ kind: 'failed', reason: `${name} died: ${error.message}` })
  const onExit = (): void => resolve({ kind: 'failed', reason: `${name} has ended` })
  worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  void promise.then(() => worker.off('message', onMessage).off('error', onError).off('exit', onExit))
  return promise
}

/** Whether the promise settles before `signal` aborts. */
async function settles(promise: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  const { promise: aborted, resolve } = Promise.withResolvers<boolean>()
  const onAbort = (): void => resolve(false)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise.then(() => true), aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
