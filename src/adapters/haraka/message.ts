/** The message that Haraka holds, as a stream. */
import { PassThrough, type Readable } from 'node:stream'
import type { HarakaTransaction } from './types.ts'

export interface Incoming {
  readonly content: Readable
  /** No more of it is wanted. */
  readonly abort: () => void
}

export function message({ message_stream: held }: HarakaTransaction): Incoming {
  const content = new PassThrough()
  content.on('error', () => undefined)
  // Dots are taken away and line ends are CRLF unless asked otherwise.
  held.pipe(content)
  return { content, abort: () => void content.destroy() }
}
