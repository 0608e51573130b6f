/** The parts of a message, decoded. Dear: ask last. */
import { type Fact, fact } from '../core/fact.ts'
import type { Message } from '../core/stage.ts'
import { type Parsed, parse } from '../mime/parse.ts'
import { type Shape, shape } from './shape.ts'

/** Below this size nothing can be dear. */
const SMALL = 65_536

/** Name {@link shape} in `reads` of a filter that asks this, so that the shape costs no second reading. */
export const parsed: Fact<Message, Parsed> = fact('parsed', 'message', async message => {
  const dubious = message.size > SMALL && looksDear(await message.ask(shape))
  return await parse(message, { signal: message.signal, dubious })
})

/** Many short lines and many boundaries are what makes MIME parsers slow. */
const looksDear = ({ lines, boundaryLines }: Shape): boolean => lines > 20_000 || boundaryLines > 2000
