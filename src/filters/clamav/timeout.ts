/** Work that is over when its time is, whether or not it takes notice. */
import type { Clock } from '../../model/services.ts'

export interface TimeoutOptions<T> {
  readonly clock: Clock
  /** Milliseconds. */
  readonly ms: number
  /** Ends the work as its time does. */
  readonly signal?: AbortSignal
  readonly late: T
}

/** Does `work`, and answers `late` once the time has passed or `signal` aborts. The work's own signal aborts at the end. */
export async function withTimeout<T>(
  { clock, ms, signal, late }: TimeoutOptions<T>,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) return late
  const over = new AbortController()
  const { promise, resolve } = Promise.withResolvers<T>()
  const end = () => {
    resolve(late)
    over.abort()
  }
  const cancel = clock.after(ms, end)
  signal?.addEventListener('abort', end)
  try {
    return await Promise.race([promise, work(over.signal)])
  } finally {
    cancel()
    signal?.removeEventListener('abort', end)
    over.abort()
  }
}
