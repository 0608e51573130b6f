/** The order of events instead of the time: whether something comes before a timer that began with it. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Whether `work` settles before a timer of `ms` that begins now; a busy machine delays both. */
export async function isBefore(ms: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false)
  const settled = work.then(
    () => true,
    () => true,
  )
  const first = await Promise.race([settled, late])
  timer.abort()
  return first
}
