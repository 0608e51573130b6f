/** Reads the bytes of a message: by copying where the message can do that, otherwise from a stream. */
import type { Message } from '../model/stage.ts'

export type MessageBytes = Pick<Message, 'open' | 'size' | 'copyTo'>

/** All bytes in one buffer. */
export async function readWhole(message: MessageBytes): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(message.size)
  await fill(bytes, message)
  return bytes
}

/**
 * Fills `target` from byte `start` on. Rejects when `until` aborts.
 *
 * @throws Error when the message ends before
 */
export async function fill(target: Uint8Array, message: MessageBytes, start = 0, until?: AbortSignal): Promise<void> {
  if (target.length === 0) return
  if (message.copyTo !== undefined) await message.copyTo(target, start)
  else await fillFrom(message.open(start), target, start, until)
  until?.throwIfAborted()
}

async function fillFrom(
  source: AsyncIterable<Buffer>,
  target: Uint8Array,
  start: number,
  until?: AbortSignal,
): Promise<void> {
  let at = 0
  for await (const chunk of source) {
    until?.throwIfAborted()
    const part = chunk.subarray(0, target.length - at)
    target.set(part, at)
    at += part.length
    if (at === target.length) return
  }
  throw new Error(`the message has ${start + at} bytes, and ${start + target.length} were announced`)
}
