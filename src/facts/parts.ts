/** `parts`: the tree of the message as every plausible reader sees it. */

import type { Ambiguity, Part, PartDefect } from '../mime/part.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { parsed } from './parsed.ts'

const decoder = lazyModule(() => import('../mime/content.ts'))

/** The value of the fact `parts`. */
export interface Parts {
  /** In the order of the message; another reading of a part follows what every reader sees of it. */
  readonly all: readonly Part[]
  /** Where readers see different messages. */
  readonly ambiguities: readonly Ambiguity[]
  /** What was not read, and why. `too-costly` and `busy` mean that nothing was read at all. */
  readonly defects: readonly PartDefect[]
  /**
   * The decoded bytes of a part, from the first on and at most `limit`; nothing for a part that only holds others.
   * Decodes in slices, so that the event loop is never blocked for long. Rejects when the transaction has ended.
   */
  bytes(part: Part, limit: number): Promise<Buffer>
  /**
   * A function like `bytes` for many parts: it keeps an enclosing part that it has decoded for the next part, as long
   * as the function is referenced. Otherwise a message in base64 is decoded again for each part in it.
   */
  reader(): Parts['bytes']
}

/**
 * One walk over the message: about 0.1 ms for one of 5 KB. Large messages are read in a thread with a deadline.
 *
 * @example
 * const { all, ambiguities, reader } = await message.ask(parts)
 * const bytes = reader()
 * for (const part of all) if (part.detected === 'application/zip') inspect(await bytes(part, 1_048_576))
 */
export const parts: Fact<Message, Parts> = fact('parts', 'message', async message => {
  const found = await message.ask(parsed)
  const { contentsOf } = await decoder()
  const reader = (): Parts['bytes'] => {
    const content = contentsOf(message)
    return ({ place = [] }, limit) => content(place, limit)
  }
  const bytes: Parts['bytes'] = (part, limit) => reader()(part, limit)
  if (found.kind !== 'parsed') return { all: [], ambiguities: [], defects: [found.kind], bytes, reader }
  const { parts: all, ambiguities, defects } = found
  return { all, ambiguities, defects, bytes, reader }
})
