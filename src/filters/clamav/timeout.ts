/** A timeout for work that may not react to a signal. */
import type { Clock } from '../../model/services.ts'

export interface TimeoutOptions<T> {
  readonly clock: Clock
  /** Milliseconds. */
  readonly ms: number
  /** Ends the work early. */
  readonly signal?: AbortSignal
  /** The result when the work did not end in time. */
  readonly late: T
}

/** Does `work`, and returns `late` when the time has passed or `signal` aborts. The work's signal aborts at the end. */
export async function withTimeout<T>(
  { clock, ms, signal, late }: TimeoutOptions<T>,
  work: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) return late
  const ended = new AbortController()
  const { promise, resolve } = Promise.withResolvers<T>()
  const end = () => {
    resolve(late)
    ended.abort()
  }
  const cancel = clock.after(ms, end)
  signal?.addEventListener('abort', end)
  try {
    return await Promise.race([promise, work(ended.signal)])
  } finally {
    cancel()
    signal?.removeEventListener('abort', end)
    ended.abort()
  }
}
