/** Messages that were not wholly examined: what lies beyond a bound is not let in because nothing was seen of it. */

import { type Swept, sweep } from '../../facts/sweep.ts'
import { type Text, text } from '../../facts/text.ts'
import { type Gap, unexamined as unexaminedFact } from '../../facts/unexamined.ts'
import { extensionOf } from '../../mime/names.ts'
import { scoreOr } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding, points } from '../../model/finding.ts'
import { checked, schemaOf } from '../../model/options.ts'
import { findingFor } from '../rules/consequence.ts'
import { quote } from '../rules/quote.ts'
import { WORDS } from '../rules/view.ts'
import { RUNS } from './attachments/extensions.ts'

export interface UnexaminedOptions {
  /**
   * What becomes of a message of which something was not examined: a verdict, or points. With `'off'` it is let in, each time
   * with a finding that says so, and once with a notice.
   * @default 'quarantine'
   */
  readonly verdict?: 'quarantine' | 'defer' | 'reject' | 'off' | number
}

/** @internal */
export const unexaminedVerdict = scoreOr('quarantine', 'defer', 'reject', 'off')

const schema = schemaOf<UnexaminedOptions>('unexamined', { verdict: unexaminedVerdict })

/**
 * Says what of a message lies beyond the bounds of the parser, the texts, the links and the archives, and looks for programs
 * and names of programs in it by their first bytes. A message for which no thread was free is deferred: that is not its doing.
 *
 * @example
 * unexamined({ verdict: 'reject' })
 * @throws PosternError when an option is wrong
 */
export function unexamined(options: UnexaminedOptions = {}): Filter {
  const { verdict = 'quarantine' } = checked(schema, options)
  return {
    name: 'unexamined',
    checks: 'content',
    // What was not found out in time was not examined.
    failure: verdict === 'off' ? 'pass' : 'defer',
    ...(verdict === 'off' && {
      start: ({ notify }) => {
        const reason = 'messages that are not wholly examined are let in, because unexamined.verdict is off'
        notify({ code: 'unexamined/off', reason, level: 'warning' })
      },
    }),
    message: async message => {
      const gaps = await message.ask(unexaminedFact)
      if (gaps.length === 0) return unread(await message.ask(text))
      if (gaps.every(({ bound }) => bound === 'busy')) {
        return defer('4.3.2', `not examined: ${told(gaps)}`, { rule: 'busy' })
      }
      return [consequenceOf(verdict, `not examined: ${told(gaps)}`), ...seen(await message.ask(sweep))]
    },
  }
}

const told = (gaps: readonly Gap[]): string => gaps.map(({ what, bound }) => `${what} (${bound})`).join('; ')

/** Of a long text the rules about words look at the beginning: that costs nothing, and is said. */
const unread = ({ visible }: Text): readonly Finding[] =>
  visible.length > WORDS
    ? [{ rule: 'words', reason: `rules about words looked at ${WORDS} of ${visible.length} characters` }]
    : []

/** With `off` a finding only reports. */
function consequenceOf(verdict: NonNullable<UnexaminedOptions['verdict']>, reason: string): Finding {
  const rule = 'beyond-bounds'
  if (verdict === 'defer') return defer('4.7.1', reason, { rule })
  return findingFor(verdict, '5.7.1', reason, { rule }) || { rule, reason }
}

/** As many as a program costs that is found by looking into it. */
const PROGRAM = 8

function seen({ files, names }: Swept): readonly Finding[] {
  const file = files.find(what => /^(?:a program|a shortcut)/.test(what))
  const name = names.find(one => RUNS.has(extensionOf(one)))
  const what = name === undefined ? file : `a file named ${quote(name)}`
  return what === undefined
    ? []
    : [points(PROGRAM, `in what was not examined there may be ${what}`, { rule: 'program' })]
}
