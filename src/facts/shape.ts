/** `shape`: how the body of a message is shaped, which the bounds need to know before anything dear reads it. */

import { lineEnds } from '../mime/decode/line-ends.ts'
import type { BodyShape } from '../model/body-shape.ts'
import { fact } from '../model/fact.ts'

export type { BodyShape as Shape } from '../model/body-shape.ts'

/** Counted on the one pass, where line ends are looked at in any case; a message that came on another way is read again. */
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
