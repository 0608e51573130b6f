/** The thread that reads large calls, one after another, each within a deadline. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { WebError } from '../shared/web/request.ts'
import type { HookCall } from './call.ts'
import type { CallRequest, CallResponse } from './call-worker.ts'

export interface CallThread {
  /**
   * @throws WebError for a body that makes no sense, and (503) when too many wait or reading takes too long
   */
  read(request: CallRequest): Promise<HookCall>
}

export interface CallThreadOptions {
  /** Milliseconds that one call may take to be read. @default 5000 */
  readonly deadline?: number
  /** Calls that may wait for the one before them. @default 16 */
  readonly maxQueue?: number
}

/** Of the thread's own heap, in MB: the text of the largest call, and the message in it. */
const HEAP = 512

/** A thread that is done is kept for the next call and keeps no process alive; one that dies or is late is replaced. */
export function callThread({ deadline = 5_000, maxQueue = 16 }: CallThreadOptions = {}): CallThread {
  let worker: Worker | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0

  const end = (): void => {
    worker?.terminate().catch(() => undefined)
    worker = undefined
  }
  const ask = (request: CallRequest): Promise<CallResponse> =>
    new Promise(resolve => {
      const asked = worker ?? startWorker()
      worker = asked
      const settle = (response: CallResponse): void => {
        clearTimeout(timer)
        asked.off('message', settle).off('error', died).off('exit', died).unref()
        if (response.kind === 'failed') end()
        resolve(response)
      }
      const died = (): void => settle({ kind: 'failed', reason: 'the thread that reads calls died' })
      const late = (): void => settle({ kind: 'failed', reason: `the call was not read within ${deadline} ms` })
      const timer = setTimeout(late, deadline)
      asked.ref()
      asked.on('message', settle).on('error', died).on('exit', died)
      asked.postMessage(request)
    })
  return {
    read: async request => {
      if (waiting >= maxQueue) throw new WebError(503, 'too many large calls at once, try again later')
      waiting += 1
      const asked = turn.then(() => ask(request))
      turn = asked
      const response = await asked.finally(() => {
        waiting -= 1
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
          throw new WebError(response.code, response.reason)
        case 'failed':
          throw new WebError(503, response.reason)
        default:
          return response satisfies never
      }
    },
  }
}

/** From source, beside this file; in the package, where the build puts it. */
function startWorker(): Worker {
  const here = import.meta.url
  const built = ['./call-worker.js', './adapters/stalwart/call-worker.js', '../adapters/stalwart/call-worker.js']
  const places = here.endsWith('.ts') ? ['./call-worker.ts'] : built
  const found = places.map(place => new URL(place, here)).find(url => existsSync(url))
  if (!found)
    throw new Error(`adapters/stalwart/call-worker.js is not where the build of postern puts it, near ${here}`)
  const worker = new Worker(found, { resourceLimits: { maxOldGenerationSizeMb: HEAP } })
  // One that dies at work is reported by whoever asked it.
  worker.on('error', () => undefined).unref()
  return worker
}
