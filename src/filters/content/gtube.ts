/** Refuses the test message GTUBE, so that an operator can check that the content filters work. */

import { parts } from '../../facts/parts.ts'
import { sweep } from '../../facts/sweep.ts'
import { text } from '../../facts/text.ts'
import { GTUBE } from '../../mime/gtube.ts'
import { isBeyond } from '../../mime/part.ts'
import { oneOf } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { type Finding, quarantine, reject } from '../../model/finding.ts'
import { checked, schemaOf } from '../../model/options.ts'

/** Options of {@link gtube}. */
export interface GtubeOptions {
  /** What a message with the test string leads to. @default 'reject' */
  readonly verdict?: 'reject' | 'quarantine'
}

/** @internal */
export const gtubeVerdict = oneOf('reject', 'quarantine')

const schema = schemaOf<GtubeOptions>('gtube', { verdict: gtubeVerdict })

/**
 * Looks for the Generic Test for Unsolicited Bulk Email in the visible text, and in the bytes that were not examined as
 * text.
 *
 * @example
 * gtube({ verdict: 'quarantine' })
 */
export function gtube(options: GtubeOptions = {}): Filter {
  const { verdict = 'reject' } = checked(schema, options)
  return {
    name: 'gtube',
    checks: 'content',
    message: async (message): Promise<Finding | false> => {
      const [{ visible, cut }, { defects }] = await Promise.all([message.ask(text), message.ask(parts)])
      const isThere = visible.includes(GTUBE) || ((cut || isBeyond(defects)) && (await message.ask(sweep)).gtube)
      if (!isThere) return false
      const reason = 'the text contains the test string GTUBE'
      return verdict === 'reject' ? reject('5.7.1', reason) : quarantine(reason)
    },
  }
}
