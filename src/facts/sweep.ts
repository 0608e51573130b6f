/** `sweep`: a quick search of the message as it was sent, for what lies beyond the bounds of every other reader. */
import { setImmediate } from 'node:timers/promises'
import type { Swept } from '../mime/sweep.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'

export type { Swept } from '../mime/sweep.ts'

const sweeping = lazyModule(() => import('../mime/sweep.ts'))

/** Bytes after which the event loop serves others. */
const SLICE = 1_048_576

/** Costs about a millisecond for a megabyte. Ask for it only where something was not examined. */
export const sweep: Fact<Message, Swept> = fact('sweep', 'message', async message => {
  const { Sweeper } = await sweeping()
  const sweeper = new Sweeper()
  for await (const chunk of message.open() as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += SLICE) {
      sweeper.push(chunk.subarray(at, at + SLICE))
      await setImmediate()
      message.signal.throwIfAborted()
    }
  }
  return sweeper.end()
})
