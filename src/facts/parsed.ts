/** `parsed`: the decoded parts of a message, or why there are none. Expensive: ask for it last. */

import { type Parsed, parse } from '../mime/parse.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'

/** The raw result behind `parts`, which is easier to use. */
export const parsed: Fact<Message, Parsed> = fact('parsed', 'message', message =>
  parse(message, { signal: message.signal }),
)
