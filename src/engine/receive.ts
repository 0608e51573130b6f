/** The one pass over a message: line ends, header section, spool and readers, chunk by chunk, with back-pressure. */
import type { Readable } from 'node:stream'
import { type LineEnds, lineEnds } from '../mime/decode/line-ends.ts'
import { type HeaderSection, headerCollector } from '../mime/header/collect.ts'
import { readHeader } from '../mime/header/fields.ts'
import type { Reader } from '../model/fact.ts'
import type { HeaderFields } from '../model/header.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import { readChunks } from './read-chunks.ts'
import type { Spool } from './spool.ts'

/** How a reception ended. */
export type Reception =
  | { readonly kind: 'complete'; readonly lines: LineEnds }
  /** Decided at the header: the rest was not read. */
  | { readonly kind: 'decided' }
  | { readonly kind: 'too-large' }
  /** The client left, or the stream broke, before the end. */
  | { readonly kind: 'lost'; readonly error: unknown }
  /** The spool could not take it. */
  | { readonly kind: 'no-space'; readonly error: unknown }

export interface ReceiveOptions {
  /** The largest message, in bytes as sent. */
  readonly size: number
  readonly spool: Spool
  /**
   * Called when the header section is complete. Returns the readers of the message, or undefined to end the
   * reception.
   */
  readonly header: (fields: HeaderFields) => MaybePromise<readonly Reader<unknown>[] | undefined>
}

/** Never rejects. Leaves `content` as it is when it stops early: the host drains or destroys it. */
export async function receive(content: Readable, options: ReceiveOptions): Promise<Reception> {
  const pass = new Pass(options)
  try {
    return await readChunks(
      content,
      chunk => pass.take(chunk),
      () => pass.finish(),
    )
  } catch (error) {
    return error instanceof SpoolError ? { kind: 'no-space', error: error.cause } : { kind: 'lost', error }
  }
}

class SpoolError extends Error {}

const DECIDED: Reception = { kind: 'decided' }
const goOn = (): undefined => undefined

class Pass {
  readonly #options: ReceiveOptions
  readonly #lines = lineEnds()
  readonly #collector = headerCollector()
  /** Undefined until the header section is complete. */
  #readers: readonly Reader<unknown>[] | undefined
  #received = 0

  constructor(options: ReceiveOptions) {
    this.#options = options
  }

  /** Takes one chunk. Returns how the reception ends, if it does. */
  take(chunk: Buffer): MaybePromise<Reception | undefined> {
    this.#received += chunk.length
    if (this.#received > this.#options.size) return { kind: 'too-large' }
    if (this.#readers !== undefined) return thenSync(this.#keep(this.#lines.push(chunk)), goOn)
    const found = this.#collector.push(chunk)
    return found && this.#headerComplete(found)
  }

  /** The stream has ended. */
  finish(): MaybePromise<Reception> {
    const header = this.#readers === undefined ? this.#headerComplete(this.#collector.end()) : undefined
    return thenSync(header, ended =>
      ended === undefined
        ? thenSync(this.#keep(this.#lines.end()), () => ({ kind: 'complete', lines: this.#lines }))
        : ended,
    )
  }

  #headerComplete({ section, separator, rest, end }: HeaderSection): MaybePromise<Reception | undefined> {
    // Before the callback runs: a bare CR at the very end owes an LF that only the next push would bring.
    const head = this.#lines.push(section)
    return thenSync(this.#options.header(readHeader(section, { end })), readers => {
      if (readers === undefined) return DECIDED
      this.#readers = readers
      const closing = this.#lines.push(separator)
      this.#lines.beginBody()
      const body = this.#lines.push(rest)
      return thenSync(this.#keep(head), () => thenSync(this.#keep(closing), () => thenSync(this.#keep(body), goOn)))
    })
  }

  /** Hands a chunk to the readers and to the spool. Settles when all of them can take more. */
  #keep(chunk: Buffer): MaybePromise<void> {
    if (chunk.length === 0) return undefined
    const waits: Promise<void>[] = []
    for (const reader of this.#readers ?? []) {
      const wait = reader.chunk(chunk)
      if (wait !== undefined) waits.push(wait)
    }
    const room = this.#store(chunk)
    if (room !== undefined) waits.push(room)
    return waits.length === 0 ? undefined : Promise.all(waits).then(goOn)
  }

  #store(chunk: Buffer): Promise<void> | undefined {
    const fail = (error: unknown): never => {
      throw new SpoolError('the spool takes no more', { cause: error })
    }
    try {
      return this.#options.spool.write(chunk)?.catch(fail)
    } catch (error) {
      return fail(error)
    }
  }
}
