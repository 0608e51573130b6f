/** Where the log goes: a reader that stops costs a bounded queue, and then lines, which are counted, and no mail. */
import type { Writable } from 'node:stream'

/** Bytes that may wait for a reader: about ten thousand sessions. */
const MAX_QUEUE = 8 * 1024 * 1024

export interface BoundedLog {
  readonly write: (line: string) => void
  readonly dropped: () => number
}

/** @param report gets the number of lines that were dropped, once there is room again */
export function boundedLog(
  stream: Pick<Writable, 'write' | 'writableLength' | 'on' | 'once'>,
  report: (lines: string) => void,
  maxQueue = MAX_QUEUE,
): BoundedLog {
  let dropped = 0
  let missing = 0
  const resume = () => {
    if (missing === 0) return
    report(`warning: log/dropped: ${missing} lines were dropped, because their reader had stopped\n`)
    missing = 0
  }
  // The mail goes on when a reader has gone away.
  stream.on('error', () => undefined)
  return {
    write: line => {
      // What is partly written is never cut: lines stay whole, and only whole ones are left out.
      if (stream.writableLength + line.length > maxQueue) {
        if (missing === 0) stream.once('drain', resume)
        const lines = line.split('\n').length - 1
        missing += lines
        dropped += lines
        return
      }
      stream.write(line)
    },
    dropped: () => dropped,
  }
}
