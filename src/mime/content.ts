/** The decoded octets of one part, on demand, from the spool. */
import { setImmediate } from 'node:timers/promises'
import type { Message } from '../core/stage.ts'
import type { Encoding, Place } from './part.ts'
import { transferDecoder } from './transfer.ts'

/** Octets that are decoded before others have their turn. */
const SLICE = 262_144

/** At most `limit` octets from the start. Rejects when the message cannot be read, and at nothing that stands in it. */
export async function contentOf(
  { open, signal }: Pick<Message, 'open' | 'signal'>,
  place: Place,
  limit: number,
): Promise<Buffer> {
  const [first, ...inner] = place
  if (!first) return Buffer.alloc(0)
  const { start, stop, encoding } = first
  // What is cut out of a decoded part may lie at its end.
  let octets = await undo(raw(open, start, stop), encoding, inner.length === 0 ? limit : Infinity, signal)
  for (const [index, step] of inner.entries()) {
    const most = index === inner.length - 1 ? limit : Infinity
    octets = await undo([octets.subarray(step.start, step.stop)], step.encoding, most, signal)
  }
  return octets
}

async function* raw(open: Message['open'], start: number, stop: number): AsyncGenerator<Buffer> {
  let left = stop - start
  if (left <= 0) return
  for await (const chunk of open(start) as AsyncIterable<Buffer>) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}

async function undo(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  encoding: Encoding,
  limit: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const decoder = transferDecoder(encoding)
  const parts: Buffer[] = []
  let size = 0
  let since = 0
  const take = (part: Buffer): void => {
    parts.push(part)
    size += part.length
  }
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length && size < limit; at += SLICE) {
      const slice = chunk.subarray(at, at + SLICE)
      take(decoder.push(slice))
      since += slice.length
      if (since < SLICE) continue
      since = 0
      await setImmediate()
      signal.throwIfAborted()
    }
    if (size >= limit) break
  }
  if (size < limit) take(decoder.end())
  const octets = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  return octets.subarray(0, limit)
}
