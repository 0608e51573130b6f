/** The message of a Haraka transaction, as a stream. */
import { PassThrough, type Readable } from 'node:stream'
import type { HarakaTransaction } from './types.ts'

export interface Incoming {
  readonly content: Readable
  /** Stops reading. */
  readonly abort: () => void
}

export function message({ message_stream: source }: HarakaTransaction): Incoming {
  const content = new PassThrough()
  content.on('error', () => undefined)
  // By default Haraka undoes dot-stuffing and makes line ends CRLF.
  source.pipe(content)
  return { content, abort: () => void content.destroy() }
}
