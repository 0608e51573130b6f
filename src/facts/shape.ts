/**
 * `shape`: lines, lengths and byte kinds of the body, for bounds that are checked before anything expensive reads it.
 */

import { lineEnds } from '../mime/decode/line-ends.ts'
import type { BodyShape } from '../model/body-shape.ts'
import { fact } from '../model/fact.ts'

export type { BodyShape as Shape } from '../model/body-shape.ts'

/** Counted while the message arrives, when line ends are normalised anyway. Another message is read again. */
export const shape = fact('shape', 'message', async (message): Promise<BodyShape> => {
  if (message.counted !== undefined) return message.counted
  const lines = lineEnds()
  lines.beginBody()
  for await (const chunk of message.open(message.header.bodyOffset)) {
    message.signal.throwIfAborted()
    lines.push(chunk)
  }
  lines.end()
  return lines.body()
})
