/** The one pass over a message: line ends, header section, spool and readers, chunk by chunk, with back-pressure. */
import type { Readable } from 'node:stream'
import { type LineEnds, lineEnds } from '../mime/decode/line-ends.ts'
import { type HeaderSection, headerCollector } from '../mime/header/collect.ts'
import { readHeader } from '../mime/header/fields.ts'
import type { Reader } from '../model/fact.ts'
import type { HeaderFields } from '../model/header.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
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
  /** Bytes as sent. */
  readonly size: number
  readonly spool: Spool
  /** The header is complete. Returns who reads along, or undefined when nothing more is wanted. */
  readonly header: (fields: HeaderFields) => MaybePromise<readonly Reader<unknown>[] | undefined>
}

class SpoolError extends Error {}

/** Never rejects. Leaves `content` as it is when it stops early: the host drains or destroys it. */
export function receive(content: Readable, { size, spool, header }: ReceiveOptions): Promise<Reception> {
  const lines = lineEnds()
  const collector = headerCollector()
  let readers: readonly Reader<unknown>[] | undefined
  let received = 0

  const keep = (chunk: Buffer): MaybePromise<void> => {
    if (chunk.length === 0) return undefined
    const waits: Promise<void>[] = []
    for (const reader of readers ?? []) {
      const wait = reader.chunk(chunk)
      if (wait !== undefined) waits.push(wait)
    }
    const room = kept(spool, chunk)
    if (room !== undefined) waits.push(room)
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined)
  }
  const headerComplete = ({ section, separator, rest, end }: HeaderSection): MaybePromise<Reception | undefined> => {
    // A bare CR at the very end owes an LF that only the next push would bring.
    const normal = lines.push(section)
    return thenSync(header(readHeader(section, { end })), wanted => {
      if (wanted === undefined) return decided
      readers = wanted
      const closing = lines.push(separator)
      lines.beginBody()
      const body = lines.push(rest)
      return thenSync(keep(normal), () => thenSync(keep(closing), () => thenSync(keep(body), goOn)))
    })
  }
  /** @returns how the reception ends, if it does. */
  const take = (chunk: Buffer): MaybePromise<Reception | undefined> => {
    received += chunk.length
    if (received > size) return { kind: 'too-large' }
    if (readers !== undefined) return thenSync(keep(lines.push(chunk)), goOn)
    const found = collector.push(chunk)
    return found && headerComplete(found)
  }
  const finish = (): MaybePromise<Reception> =>
    thenSync(readers === undefined ? headerComplete(collector.end()) : undefined, ended =>
      ended === undefined ? thenSync(keep(lines.end()), () => ({ kind: 'complete', lines })) : ended,
    )
  return readThrough(content, take, finish)
}

const decided: Reception = { kind: 'decided' }
const goOn = (): undefined => undefined

function kept(spool: Spool, chunk: Buffer): Promise<void> | undefined {
  const fail = (error: unknown): never => {
    throw new SpoolError('the spool takes no more', { cause: error })
  }
  try {
    return spool.write(chunk)?.catch(fail)
  } catch (error) {
    return fail(error)
  }
}

/** By events and not as an async iterator, which would cost an ordinary message more than all that is done with it here. */
function readThrough(
  content: Readable,
  take: (chunk: Buffer) => MaybePromise<Reception | undefined>,
  finish: () => MaybePromise<Reception>,
): Promise<Reception> {
  return new Promise(resolve => {
    let busy = false
    let isOver = false
    let source: 'open' | 'ended' | { readonly error: unknown } = 'open'

    const end = (reception: Reception): void => {
      isOver = true
      content.off('readable', pull).off('end', ended).off('error', lost).off('close', closed)
      resolve(reception)
    }
    const fail = (error: unknown): void =>
      end(error instanceof SpoolError ? { kind: 'no-space', error: error.cause } : { kind: 'lost', error })
    /** Waits for what is not there at once; nothing else happens meanwhile. */
    const settle = (made: MaybePromise<Reception | undefined>): void => {
      if (!(made instanceof Promise)) {
        if (made !== undefined) end(made)
        return
      }
      busy = true
      made.then(reception => {
        busy = false
        if (reception !== undefined) end(reception)
        else pull()
      }, fail)
    }
    const pull = (): void => {
      try {
        while (!busy && !isOver) {
          const chunk: Buffer | null = content.read()
          if (chunk === null) break
          settle(take(chunk))
        }
        if (busy || isOver || source === 'open') return
        if (source === 'ended') settle(finish())
        else fail(source.error)
      } catch (error) {
        fail(error)
      }
    }
    const ended = (): void => {
      source = 'ended'
      pull()
    }
    const lost = (error: unknown): void => {
      if (source === 'open') source = { error }
      pull()
    }
    const closed = (): void => lost(new Error('the stream was closed before its end'))

    content.on('readable', pull).on('end', ended).on('error', lost).on('close', closed)
    if (content.readableEnded) ended()
    else if (content.destroyed) lost(content.errored ?? new Error('the stream was closed before it was read'))
  })
}
