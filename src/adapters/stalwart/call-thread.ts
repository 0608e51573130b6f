/** The thread that reads large calls, one after another, each within a deadline. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { HttpError } from '../shared/web/request.ts'
import type { HookCall } from './call.ts'
import type { CallRequest, CallResponse } from './call-worker.ts'

/** Reads large calls. */
export interface CallThread {
  /** @throws HttpError for a malformed body, and 503 when too many calls wait or reading takes too long */
  read(request: CallRequest): Promise<HookCall>
}

export interface CallThreadOptions {
  /** Milliseconds that one call may take to be read. @default 5000 */
  readonly deadline?: number
  /** Calls that may wait for the one before them. @default 16 */
  readonly maxQueue?: number
}

/** MB of the thread's heap: the text of the largest call, and the message in it. */
const MAX_HEAP_MB = 512

/** An idle thread waits for the next call and keeps no process alive; a thread that dies or is late is replaced. */
export function callThread({ deadline = 5_000, maxQueue = 16 }: CallThreadOptions = {}): CallThread {
  return new QueuedThread(deadline, maxQueue)
}

class QueuedThread implements CallThread {
  readonly #deadline: number
  readonly #maxQueue: number
  #worker: Worker | undefined
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(deadline: number, maxQueue: number) {
    this.#deadline = deadline
    this.#maxQueue = maxQueue
  }

  async read(request: CallRequest): Promise<HookCall> {
    if (this.#waiting >= this.#maxQueue) throw new HttpError(503, 'too many large calls at once, try again later')
    this.#waiting += 1
    const asked = this.#last.then(() => this.#ask(request))
    this.#last = asked
    const response = await asked.finally(() => {
      this.#waiting -= 1
    })
    switch (response.kind) {
      case 'read': {
        const { call, message } = response
        return {
          ...call,
          ...(message && { message: Buffer.from(message.buffer, message.byteOffset, message.length) }),
        }
      }
      case 'wrong':
        throw new HttpError(response.code, response.reason)
      case 'failed':
        throw new HttpError(503, response.reason)
      default:
        return response satisfies never
    }
  }

  #ask(request: CallRequest): Promise<CallResponse> {
    return new Promise(resolve => {
      const worker = this.#worker ?? startWorker()
      this.#worker = worker
      const settle = (response: CallResponse): void => {
        clearTimeout(timer)
        worker.off('message', settle).off('error', died).off('exit', died).unref()
        if (response.kind === 'failed') this.#end()
        resolve(response)
      }
      const died = (): void => settle({ kind: 'failed', reason: 'the thread that reads calls died' })
      const late = (): void => settle({ kind: 'failed', reason: `the call was not read within ${this.#deadline} ms` })
      const timer = setTimeout(late, this.#deadline)
      worker.ref()
      worker.on('message', settle).on('error', died).on('exit', died)
      worker.postMessage(request)
    })
  }

  #end(): void {
    this.#worker?.terminate().catch(() => undefined)
    this.#worker = undefined
  }
}

/** The worker is beside this file in the source, and where the build puts it in the package. */
function startWorker(): Worker {
  const here = import.meta.url
  const built = ['./call-worker.js', './adapters/stalwart/call-worker.js', '../adapters/stalwart/call-worker.js']
  const paths = here.endsWith('.ts') ? ['./call-worker.ts'] : built
  const found = paths.map(path => new URL(path, here)).find(url => existsSync(url))
  if (!found)
    throw new Error(`adapters/stalwart/call-worker.js is not where the build of postern puts it, near ${here}`)
  const worker = new Worker(found, { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } })
  // A worker that dies at work is reported by its caller.
  worker.on('error', () => undefined).unref()
  return worker
}
