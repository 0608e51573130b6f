/** Asks a thread and waits for its answers; a thread that has died is started again for the next question. */
import { Worker } from 'node:worker_threads'

/** What the thread is sent. */
export interface WorkerRequest<Task> {
  readonly id: number
  readonly task: Task
}

/** One for each request. */
export type WorkerResponse =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: string }

interface Pending {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

export class WorkerClient<Task> {
  readonly #name: string
  readonly #file: URL
  readonly #workerData: unknown
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #requests = 0
  #isClosed = false

  /** @param name for errors: `the thread of history` */
  constructor(name: string, file: URL, workerData: unknown) {
    this.#name = name
    this.#file = file
    this.#workerData = workerData
  }

  /** Rejects when the task fails, when the thread dies, and after `close`. */
  ask(task: Task): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new Error(`${this.#name} is closed`))
    return this.#ask(task)
  }

  #ask(task: Task): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#worker ??= this.#start()
      this.#requests += 1
      this.#pending.set(this.#requests, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage({ id: this.#requests, task } satisfies WorkerRequest<Task>)
    })
  }

  /** @param last what the thread is to do before it ends */
  async close(last: Task): Promise<void> {
    this.#isClosed = true
    if (this.#worker === undefined) return
    await this.#ask(last).catch(() => undefined)
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { workerData: this.#workerData })
    const died = (reason: string): void => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      const lost = [...this.#pending.values()]
      this.#pending.clear()
      for (const { reject } of lost) reject(new Error(reason))
    }
    worker.on('message', (response: WorkerResponse) => this.#settle(response))
    worker.on('error', error => died(`${this.#name} died: ${error.message}`))
    worker.on('exit', () => died(`${this.#name} has ended`))
    worker.unref()
    return worker
  }

  #settle(response: WorkerResponse): void {
    const pending = this.#pending.get(response.id)
    this.#pending.delete(response.id)
    // A thread without work must not keep the process alive.
    if (this.#pending.size === 0) this.#worker?.unref()
    if ('failure' in response) pending?.reject(new Error(response.failure))
    else pending?.resolve(response.answer)
  }
}
