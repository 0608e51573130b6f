/** A scan with an absolute deadline, a limit on scans at once, a size limit, and a circuit breaker. */

import { OVER_BUDGET, withinBudget } from '../../load/budget.ts'
import { concurrencyLimiter } from '../../model/concurrency.ts'
import { errorText } from '../../model/errors.ts'
import { ScannerHealth } from './health.ts'
import { withTimeout } from './timeout.ts'
import { legible, type Scan, type ScanVerdict, type UnknownCause, unknown } from './verdict.ts'

export interface ScannerOptions {
  /** Milliseconds for the whole scan, including its time in the queue. */
  readonly deadline: number
  /** Scans at once. */
  readonly concurrency: number
  /** Scans that may wait in the queue. */
  readonly maxQueue: number
  /** Bytes of the largest message that is scanned. */
  readonly maxSize: number
  /** Failures in a row after which the scanner is not asked. */
  readonly failures: number
  /** Milliseconds between two tries while it is not asked. */
  readonly retry: number
  /** Whether the scanner answers. Never rejects. Without it one message in each `retry` finds out. */
  readonly ping?: (signal: AbortSignal) => Promise<boolean>
}

/** Gives a verdict within the deadline whatever the scanner does. */
export function guardedScanner(
  scan: Scan,
  { deadline, concurrency, maxQueue, maxSize, failures, retry, ping }: ScannerOptions,
): Scan {
  const slots = concurrencyLimiter(concurrency, maxQueue)
  const share = 1 / (concurrency + maxQueue)
  const health = new ScannerHealth({
    failures,
    retry,
    ...(ping && { probe: clock => withTimeout({ clock, ms: Math.min(PING_TIMEOUT_MS, deadline), late: false }, ping) }),
  })

  return async message => {
    const { clock, signal, size, load } = message
    if (signal.aborted) return aborted
    if (size > maxSize) return unknown('size-limit', `the message has ${size} bytes; at most ${maxSize} are scanned`)
    let isAsked = false
    const late = unknown('timeout', `the scanner gave no answer within ${deadline} ms`)

    const scanInTurn = async (ended: AbortSignal): Promise<ScanVerdict> => {
      const free = await slots.enter(ended)
      if (!free) return unknown('busy', `${concurrency} messages are being scanned and ${maxQueue} wait already`)
      try {
        if (!(await health.isReady(clock)))
          return unknown('breaker-open', 'the scanner failed several times in a row and is not asked for a moment')
        isAsked = true
        return await scan({ clock, size, open: () => message.open(), signal: ended })
      } catch (error) {
        return unknown('error', `the scanner failed: ${legible(errorText(error))}`)
      } finally {
        free()
      }
    }
    const timed = () => withTimeout({ clock, ms: deadline, signal, late }, scanInTurn)
    const verdict = await withinBudget(load, share, timed, () => overBudget)

    if (signal.aborted && verdict.kind === 'unknown') return aborted
    if (isAsked) health.report(clock, !(verdict.kind === 'unknown' && isFault(verdict.cause)))
    return verdict
  }
}

/** A PING is answered at once or not at all. */
const PING_TIMEOUT_MS = 2_000

const overBudget = unknown('busy', OVER_BUDGET)
const aborted = unknown('aborted', 'the answer is not needed any more')

/** Causes that lie in the scanner and not in the message. */
const isFault = (cause: UnknownCause): boolean =>
  cause === 'refused' || cause === 'closed' || cause === 'reset' || cause === 'garbage' || cause === 'timeout'
