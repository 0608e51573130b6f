/** What a scan is given, in parts as a spool would hold it. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scannable } from '../../../src/filters/clamav/verdict.ts'
import { systemClock } from '../../../src/model/services.ts'
import type { HandClock } from '../../../src/testing/clock.ts'

export interface Given extends Scannable {
  /** Whether every stream that was opened was given back. */
  readonly released: () => boolean
}

export function scannable(
  content: string | Buffer | readonly Buffer[],
  { clock = systemClock, signal = new AbortController().signal }: Partial<Pick<Scannable, 'clock' | 'signal'>> = {},
): Given {
  const parts = typeof content === 'string' ? [Buffer.from(content)] : Buffer.isBuffer(content) ? [content] : content
  const opened: Readable[] = []
  return {
    clock,
    signal,
    size: parts.reduce((sum, { length }) => sum + length, 0),
    open: () => {
      const stream = Readable.from(parts, { objectMode: true, highWaterMark: 1 })
      opened.push(stream)
      return stream
    },
    released: () => opened.every(({ destroyed }) => destroyed),
  }
}

/**
 * Advances the clock, and never faster than the machine's, until `work` has settled.
 * @returns how far it came, in ms
 */
export async function advanceUntil(work: Promise<unknown>, clock: HandClock): Promise<number> {
  let isSettled = false
  const settle = () => {
    isSettled = true
  }
  work.then(settle, settle)
  while (!isSettled) {
    await sleep(STEP_MS)
    await clock.advance(STEP_MS)
  }
  return clock.monotonic()
}

const STEP_MS = 20
