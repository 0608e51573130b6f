/** The one pass over a message: line ends, header section, spool and readers, chunk by chunk, with back-pressure. */
import type { Readable } from 'node:stream'
import { headerCollector } from '../mime/collect.ts'
import { readHeader } from '../mime/fields.ts'
import type { HeaderEnd, HeaderFields } from '../mime/header.ts'
import { type LineEnds, lineEnds } from '../mime/line-ends.ts'
import type { Reader } from './fact.ts'
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
  /** Octets as sent. */
  readonly size: number
  readonly spool: Spool
  /** The header is complete. Returns who reads along, or undefined when nothing more is wanted. */
  readonly header: (fields: HeaderFields) => Promise<readonly Reader<unknown>[] | undefined>
}

class SpoolError extends Error {}

/** Never rejects. Leaves `content` as it is when it stops early: the host drains or destroys it. */
export async function receive(content: Readable, { size, spool, header }: ReceiveOptions): Promise<Reception> {
  const lines = lineEnds()
  const collector = headerCollector()
  let readers: readonly Reader<unknown>[] | undefined
  let received = 0

  const keep = async (chunk: Buffer): Promise<void> => {
    if (chunk.length === 0) return
    for (const reader of readers ?? []) {
      const wait = reader.chunk(chunk)
      if (wait !== undefined) await wait
    }
    try {
      const wait = spool.write(chunk)
      if (wait !== undefined) await wait
    } catch (error) {
      throw new SpoolError('the spool takes no more', { cause: error })
    }
  }
  /** @returns whether the rest is wanted */
  const headerComplete = async (section: Buffer, separator: Buffer, end: HeaderEnd): Promise<boolean> => {
    // A bare CR at the very end owes an LF that only the next push would bring.
    const normal = lines.push(section)
    const fields = readHeader(section, { end })
    readers = await header(fields)
    if (readers === undefined) return false
    await keep(normal)
    await keep(lines.push(separator))
    lines.beginBody()
    return true
  }

  try {
    for await (const chunk of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length
      if (received > size) return { kind: 'too-large' }
      if (readers !== undefined) {
        await keep(lines.push(chunk))
        continue
      }
      const found = collector.push(chunk)
      if (found === undefined) continue
      if (!(await headerComplete(found.section, found.separator, found.end))) return { kind: 'decided' }
      await keep(lines.push(found.rest))
    }
    if (readers === undefined) {
      const { section, separator, rest, end } = collector.end()
      if (!(await headerComplete(section, separator, end))) return { kind: 'decided' }
      await keep(lines.push(rest))
    }
    await keep(lines.end())
    return { kind: 'complete', lines }
  } catch (error) {
    return error instanceof SpoolError ? { kind: 'no-space', error: error.cause } : { kind: 'lost', error }
  }
}
