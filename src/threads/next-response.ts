/** Waits for the next response of a thread. */
import type { Worker } from 'node:worker_threads'

/** `reason` is a sentence for the operator. */
interface Failed {
  readonly kind: 'failed'
  readonly reason: string
}

/** The next response of the thread, after `post`; its death is a failure. Rejects when `until` aborts. */
export async function nextResponse<Response>(
  worker: Worker,
  until: AbortSignal,
  post?: (worker: Worker) => void,
): Promise<Response | Failed> {
  until.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Response | Failed>()
  const onDeath = (cause: unknown): void =>
    resolve({ kind: 'failed', reason: `the thread died${cause instanceof Error ? `: ${cause.message}` : ''}` })
  const onAbort = (): void => reject(until.reason)
  worker.on('message', resolve).on('error', onDeath).on('exit', onDeath)
  until.addEventListener('abort', onAbort, { once: true })
  try {
    post?.(worker)
    return await promise
  } finally {
    worker.off('message', resolve).off('error', onDeath).off('exit', onDeath)
    until.removeEventListener('abort', onAbort)
  }
}
