/** The decoded bytes of one part, read from the spool on demand. */
import { setImmediate } from 'node:timers/promises'
import type { Message } from '../model/stage.ts'
import type { Encoding } from './decode/encoding.ts'
import { transferDecoder } from './decode/transfer.ts'
import type { PartLocation } from './part.ts'

/** Bytes after which the event loop serves others. */
const SLICE = 262_144

/** At most `limit` bytes from the start. Rejects when the message cannot be read, and never because of its content. */
export type ContentOf = (place: PartLocation, limit: number) => Promise<Buffer>

/**
 * Decodes parts one after another. What lies around a part and was decoded for it is kept for the next: a message in
 * base64 that holds hundreds of parts is decoded once. It is held for as long as the function is.
 */
export function contentsOf({ open, signal }: Pick<Message, 'open' | 'signal'>): ContentOf {
  let kept: readonly Outer[] = []
  return async (place, limit) => {
    // The cached steps that lead to this part as well.
    let known = kept
    const around: Outer[] = []
    let bytes: Buffer | undefined
    for (const [index, { start, stop, encoding }] of place.entries()) {
      const step = `${start} ${stop} ${encoding}`
      const isOuter = index < place.length - 1
      const same = isOuter && known[index]?.step === step ? known[index] : undefined
      if (!same) known = []
      // The next step may need the end of a decoded part.
      const maxBytes = isOuter ? Infinity : limit
      const source = bytes === undefined ? raw(open, start, stop) : [bytes.subarray(start, stop)]
      bytes = same?.bytes ?? (await undo(source, encoding, maxBytes, signal))
      if (isOuter) around.push({ step, bytes })
    }
    kept = around
    return bytes ?? Buffer.alloc(0)
  }
}

/** A decoded source that holds parts, and the step that leads to it. */
interface Outer {
  readonly step: string
  readonly bytes: Buffer
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
  const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  return bytes.subarray(0, limit)
}
