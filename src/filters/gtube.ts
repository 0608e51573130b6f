/** Refuses the agreed test message, so that an operator can see that content is looked at. */
import { oneOf } from '../core/checks.ts'
import type { Filter } from '../core/filter.ts'
import { type Finding, quarantine, reject } from '../core/finding.ts'
import { checked, schemaOf } from '../core/options.ts'
import { text } from '../facts/text.ts'

export interface GtubeOptions {
  /** What becomes of a message with the mark. @default 'reject' */
  readonly verdict?: 'reject' | 'quarantine'
}

const schema = schemaOf<GtubeOptions>('gtube', { verdict: oneOf('reject', 'quarantine') })

/** In two pieces, so that this file is none. */
const MARK = ['XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE', '-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'].join('')

/**
 * The Generic Test for Unsolicited Bulk Email, wherever in the visible text it stands.
 *
 * @example
 * gtube({ verdict: 'quarantine' })
 */
export function gtube(options: GtubeOptions = {}): Filter {
  const { verdict = 'reject' } = checked(schema, options)
  return {
    name: 'gtube',
    message: async (message): Promise<Finding | false> => {
      const { visible } = await message.ask(text)
      if (!visible.includes(MARK)) return false
      const reason = 'the text holds the test mark GTUBE'
      return verdict === 'reject' ? reject('5.7.1', reason) : quarantine(reason)
    },
  }
}
