/** A few threads that read the parts of dear and dubious messages, each ended when its time is up. */
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import type { Request, Response } from './parse-worker.ts'
import type { PartLimits, PartList } from './parts.ts'

/** What a thread made of a message. */
export type ThreadOutcome =
  | { readonly kind: 'done'; readonly list: PartList }
  /** A sentence. */
  | { readonly kind: 'failed' | 'busy' | 'timeout'; readonly reason: string }

export interface Threads {
  /** Rejects only when `signal` aborts or `source` fails. */
  read(
    source: Readable,
    options: { readonly limits: PartLimits; readonly deadline: number; readonly signal: AbortSignal },
  ): Promise<ThreadOutcome>
}

/** Octets of the heap of one thread, in MB. The message itself lies outside of it. */
const HEAP = 256
/** Chunks on their way to a thread. */
const IN_FLIGHT = 8

/**
 * At most `most` threads at once, and at most `queue` messages that wait for one. A thread that is done is kept for the next
 * message and keeps no process alive.
 */
export function threads({ most = 2, queue = 32 }: { readonly most?: number; readonly queue?: number } = {}): Threads {
  const idle: Worker[] = []
  const waiting = new Set<() => void>()
  let running = 0
  let jobs = 0

  const turn = async (until: AbortSignal): Promise<void> => {
    if (running < most) {
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
    read: async (source, { limits, deadline, signal }) => {
      signal.throwIfAborted()
      if (waiting.size >= queue) return { kind: 'busy', reason: `${queue} messages wait for a thread already` }
      const late = AbortSignal.timeout(deadline)
      const until = AbortSignal.any([signal, late])
      const timeout = { kind: 'timeout', reason: `the message was not parsed within ${deadline} ms` } as const
      try {
        await turn(until)
      } catch {
        source.destroy()
        signal.throwIfAborted()
        return timeout
      }
      const worker = idle.pop() ?? startWorker(gone => idle.splice(0, idle.length, ...idle.filter(one => one !== gone)))
      let whole = false
      try {
        const outcome = await feed(worker, ++jobs, source, limits, until)
        whole = outcome.kind === 'done'
        return outcome
      } catch (error) {
        signal.throwIfAborted()
        if (late.aborted) return timeout
        throw error
      } finally {
        source.destroy()
        if (whole) idle.push(worker)
        else void worker.terminate()
        leave()
      }
    },
  }
}

/** Sends the message chunk by chunk, and settles with what the thread says, or rejects when `until` aborts. */
async function feed(
  worker: Worker,
  job: number,
  source: Readable,
  limits: PartLimits,
  until: AbortSignal,
): Promise<ThreadOutcome> {
  until.throwIfAborted()
  let inFlight = 0
  let taken = (): void => {}
  let over = false
  const { promise, resolve, reject } = Promise.withResolvers<ThreadOutcome>()
  const onMessage = (response: Response): void => {
    if (response.job !== job) return
    if (response.kind === 'done') resolve({ kind: 'done', list: response.list })
    else if (response.kind === 'failed') resolve({ kind: 'failed', reason: response.reason })
    else inFlight--
    taken()
  }
  const onError = (error: Error): void => resolve({ kind: 'failed', reason: `the thread died: ${error.message}` })
  const onAbort = (): void => reject(until.reason)
  worker.on('message', onMessage).on('error', onError)
  until.addEventListener('abort', onAbort, { once: true })
  const settled = promise.finally(() => {
    over = true
    taken()
    worker.off('message', onMessage).off('error', onError)
    until.removeEventListener('abort', onAbort)
  })
  const send = (request: Request): void => worker.postMessage(request)
  const sending = (async () => {
    send({ kind: 'begin', job, limits })
    for await (const octets of source) {
      if (over) return
      send({ kind: 'chunk', job, octets })
      inFlight++
      while (inFlight >= IN_FLIGHT && !over) {
        await new Promise<void>(wake => {
          taken = wake
        })
      }
    }
    send({ kind: 'end', job })
  })()
  sending.catch(reject)
  return await settled
}

/** From source, beside this file; in the package, where the build puts it. */
function startWorker(gone: (worker: Worker) => void): Worker {
  const here = import.meta.url
  const places = here.endsWith('.ts') ? ['./parse-worker.ts'] : ['./mime/parse-worker.js', '../mime/parse-worker.js']
  const found = places.map(place => new URL(place, here)).find(url => existsSync(url))
  if (!found) throw new Error(`mime/parse-worker.js is not where the build of postern puts it, near ${here}`)
  const worker = new Worker(found, { resourceLimits: { maxOldGenerationSizeMb: HEAP } })
  // One that dies while it is idle is forgotten; one that dies at work is reported by whoever feeds it.
  worker.on('error', () => {}).on('exit', () => gone(worker))
  worker.unref()
  return worker
}
