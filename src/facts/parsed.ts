/** `parsed`: the parts of a message, decoded, or why they were not. Dear: ask last. */

import { type Parsed, parse } from '../mime/parse.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'

/** See `parts`, which is easier to use. */
export const parsed: Fact<Message, Parsed> = fact('parsed', 'message', message =>
  parse(message, { signal: message.signal }),
)
