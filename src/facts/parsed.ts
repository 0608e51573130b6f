/** `parsed`: the decoded parts of a message, or why there are none. Expensive: ask for it last. */

import type { Parsed } from '../mime/parse.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'

const parser = lazyModule(() => import('../mime/parse.ts'))

/** The raw result behind `parts`, which is easier to use. */
export const parsed: Fact<Message, Parsed> = fact('parsed', 'message', async message => {
  const { parse } = await parser()
  return await parse(message, { signal: message.signal })
})
