/** The decoded bytes of one part, read from the spool on demand. */
import { setImmediate } from 'node:timers/promises'
import type { Message } from '../model/stage.ts'
import type { Encoding } from './decode/encoding.ts'
import { SLICE, transferDecoder } from './decode/transfer.ts'
import { fill, type MessageBytes } from './message-bytes.ts'
import type { PartLocation } from './part.ts'

/** Bytes after which the event loop serves others. */
const BYTES_AT_ONCE = 262_144

/** At most `limit` bytes from the start. Rejects when the message cannot be read, and never because of its content. */
export type ContentOf = (place: PartLocation, limit: number) => Promise<Buffer>

/**
 * Decodes parts one after another. What lies around a part and was decoded for it is kept for the next: a message in
 * base64 that holds hundreds of parts is decoded once. It is held for as long as the function is.
 */
export function contentsOf(message: MessageBytes & Pick<Message, 'signal'>): ContentOf {
  const { signal } = message
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
      const source = bytes === undefined ? ofMessage(message, start, stop) : ofBytes(bytes.subarray(start, stop))
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

/** Bytes that are to be decoded. */
interface Encoded {
  readonly size: number
  /** Bytes from `start` on, in `target` where they have to be copied. */
  read(start: number, length: number, target?: Buffer): Buffer | Promise<Buffer>
}

const ofBytes = (bytes: Buffer): Encoded => ({
  size: bytes.length,
  read: (start, length) => bytes.subarray(start, start + length),
})

const ofMessage = (message: MessageBytes, start: number, stop: number): Encoded => ({
  size: Math.max(Math.min(stop, message.size) - start, 0),
  read: async (from, length, target = Buffer.allocUnsafe(length)) => {
    const bytes = target.subarray(0, length)
    await fill(bytes, message, start + from)
    return bytes
  },
})

async function undo(source: Encoded, encoding: Encoding, limit: number, signal: AbortSignal): Promise<Buffer> {
  if (encoding === 'identity') return await source.read(0, Math.min(source.size, limit))
  const decoder = transferDecoder(encoding)
  const parts: Buffer[] = []
  const slice = Buffer.allocUnsafe(Math.min(source.size, SLICE))
  let size = 0
  for (let at = 0; at < source.size && size < limit; at += SLICE) {
    const encoded = await source.read(at, Math.min(SLICE, source.size - at), slice)
    // A decoder may keep what it is given until the end.
    const part = decoder.push(keepsInput(encoding) ? Buffer.from(encoded) : encoded)
    parts.push(part)
    size += part.length
    if ((at + SLICE) % BYTES_AT_ONCE !== 0) continue
    await setImmediate()
    signal.throwIfAborted()
  }
  if (size < limit) parts.push(decoder.end())
  const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  return bytes.subarray(0, limit)
}

/** A result that may be a view of the input, or a decoder that holds its input. */
const keepsInput = (encoding: Encoding): boolean => !DECODED_APART.has(encoding)

const DECODED_APART: ReadonlySet<Encoding> = new Set(['base64', 'base64-first', 'uuencode', 'yenc'])
