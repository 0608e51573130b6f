/** JSON lines to a stream: standard output, a socket, a pipe. */
import type { Writable } from 'node:stream'
import type { EventSink } from '../model/events.ts'
import { jsonLine } from './json-line.ts'
import { Outbox, type QueueOptions } from './outbox.ts'

/** The options of {@link jsonLines}. */
export interface JsonLinesOptions extends QueueOptions {
  /** The name of the sink, in metrics and notices. @default 'stdout' */
  readonly name?: string
}

/** A sink that can be emptied. */
export interface ClosableSink extends EventSink {
  /** Writes what waits, for at most five seconds, and takes nothing more. What belongs to the caller stays open. */
  close(): Promise<void>
}

/** Bytes that may wait for a reader: about ten thousand events. */
export const MAX_QUEUE_BYTES = 8 * 1024 * 1024

/**
 * Writes each event as one line of JSON. A reader that stops costs a bounded queue, then events, which are counted.
 *
 * @example
 * postern({ filters, events: jsonLines(process.stdout) })
 */
export function jsonLines(
  stream: Pick<Writable, 'write' | 'on' | 'once' | 'off'>,
  { name = 'stdout', ...options }: JsonLinesOptions = {},
): ClosableSink {
  let failure: Error | undefined
  // A reader that has gone away must not end the process, and with it the mail.
  stream.on('error', error => {
    failure = error
  })
  const write = (batch: readonly string[]): Promise<void> => {
    if (failure !== undefined) return Promise.reject(failure)
    if (stream.write(batch.join(''))) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        stream.off('drain', drained)
        stream.off('error', end)
        stream.off('close', end)
        if (error === undefined) resolve()
        else reject(error)
      }
      const drained = (): void => end()
      stream.once('drain', drained)
      stream.once('error', end)
      stream.once('close', end)
    })
  }
  const outbox = new Outbox<string>({ ...options, name, max: MAX_QUEUE_BYTES, sizeOf: line => line.length, write })
  return {
    write: event => outbox.push(jsonLine(event)),
    metrics: () => outbox.metrics(),
    close: () => outbox.close(),
  }
}
