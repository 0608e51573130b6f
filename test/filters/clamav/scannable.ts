/** What a scan is given, in parts as a spool would hold it. */
import { Readable } from 'node:stream'
import type { Scannable } from '../../../src/filters/clamav/verdict.ts'
import { systemClock } from '../../../src/model/services.ts'

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
