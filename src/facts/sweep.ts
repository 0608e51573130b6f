/** `sweep`: a quick look at the message as it was sent, where bounds kept everything else from looking. */
import { setImmediate } from 'node:timers/promises'
import { type Swept, sweeper } from '../mime/sweep.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'

export type { Swept } from '../mime/sweep.ts'

/** Bytes after which others have their turn. */
const SLICE = 1_048_576

/** About a millisecond for a megabyte. Ask it only where something was not examined. */
export const sweep: Fact<Message, Swept> = fact('sweep', 'message', async message => {
  const look = sweeper()
  for await (const chunk of message.open() as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += SLICE) {
      look.push(chunk.subarray(at, at + SLICE))
      await setImmediate()
      message.signal.throwIfAborted()
    }
  }
  return look.end()
})
