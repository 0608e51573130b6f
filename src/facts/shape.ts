/** `shape`: how the body of a message is shaped, which the bounds need to know before anything dear reads it. */
import { fact } from '../core/fact.ts'
import { type BodyShape, lineEnds } from '../mime/line-ends.ts'

export type { BodyShape as Shape } from '../mime/line-ends.ts'

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
