/** Reports messages that were not examined completely: what lies beyond a limit does not pass unexamined. */

import { type Codes, codes } from '../../facts/codes.ts'
import { type Parts, parts } from '../../facts/parts.ts'
import { type Swept, sweep } from '../../facts/sweep.ts'
import { type Text, text } from '../../facts/text.ts'
import { type Gap, unexamined as unexaminedFact } from '../../facts/unexamined.ts'
import { MAX_WORDS_LENGTH } from '../../facts/words.ts'
import { scoreOr } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding, points } from '../../model/finding.ts'
import { checked, schemaOf } from '../../model/options.ts'
import { findingFor } from '../rules/consequence.ts'
import { quote } from '../rules/quote.ts'
import { isAutoExecutable } from './attachments/extensions.ts'

/** Options of {@link unexamined}. */
export interface UnexaminedOptions {
  /**
   * What a message leads to that was not examined completely: a verdict, or points. With `'off'` it passes, each time
   * with a finding that reports it; one notice at the start warns of this setting.
   * @default 'quarantine'
   */
  readonly verdict?: 'quarantine' | 'defer' | 'reject' | 'off' | number
}

/** @internal */
export const unexaminedVerdict = scoreOr('quarantine', 'defer', 'reject', 'off')

const schema = schemaOf<UnexaminedOptions>('unexamined', { verdict: unexaminedVerdict })

/**
 * Reports what lies beyond the limits of the parser, the texts, the links and the archives, and searches it for
 * programs by their first bytes and names. A message for which no thread was free is deferred: the sender is not to
 * blame.
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
    // A message whose examination timed out was not examined.
    failure: verdict === 'off' ? 'pass' : 'defer',
    ...(verdict === 'off' && {
      start: ({ notify }) => {
        const reason = 'messages that are not examined completely are accepted, because unexamined.verdict is off'
        notify({ code: 'unexamined/off', reason, level: 'warning' })
      },
    }),
    message: async message => {
      const gaps = await message.ask(unexaminedFact)
      if (gaps.length === 0)
        return [
          ...longText(await message.ask(text)),
          ...longFile(await message.ask(parts)),
          ...unread(await message.ask(codes)),
        ]
      if (gaps.every(({ bound }) => bound === 'busy')) {
        return defer('4.3.2', `not examined: ${describe(gaps)}`, { rule: 'busy' })
      }
      return [consequenceOf(verdict, `not examined: ${describe(gaps)}`), ...programIn(await message.ask(sweep))]
    },
  }
}

const describe = (gaps: readonly Gap[]): string => gaps.map(({ what, bound }) => `${what} (${bound})`).join('; ')

/** The rules for words examine the beginning of a long text. The finding reports it and costs nothing. */
const longText = ({ visible }: Text): readonly Finding[] =>
  visible.length > MAX_WORDS_LENGTH
    ? [{ rule: 'words', reason: `the rules for words examined ${MAX_WORDS_LENGTH} of ${visible.length} characters` }]
    : []

/** Logs and tables are long: of an attached text the rules for words and links examine the beginning. */
const longFile = ({ defects }: Parts): readonly Finding[] =>
  defects.includes('file-text-cut')
    ? [{ rule: 'attached-text', reason: 'the rules for words examined the beginning of an attached text' }]
    : []

/**
 * Honest mail has photographs that are too large to be searched for codes. The finding reports it and costs nothing;
 * where the text asks to scan a code, `html/qr-code` counts such a picture as one.
 */
const unread = ({ unread, reasons }: Codes): readonly Finding[] =>
  unread > 0
    ? [{ rule: 'pictures', reason: `pictures that were not searched for codes: ${unread} (${reasons.join('; ')})` }]
    : []

/** With `off` a finding only reports. */
function consequenceOf(verdict: NonNullable<UnexaminedOptions['verdict']>, reason: string): Finding {
  const rule = 'beyond-bounds'
  if (verdict === 'defer') return defer('4.7.1', reason, { rule })
  return findingFor(verdict, '5.7.1', reason, { rule }) || { rule, reason }
}

/** The points of `attachments/program`. */
const PROGRAM_POINTS = 8

function programIn({ files, names }: Swept): readonly Finding[] {
  const file = files.find(what => /^(?:a program|a shortcut)/.test(what))
  const name = names.find(isAutoExecutable)
  const what = name === undefined ? file : `a file named ${quote(name)}`
  return what === undefined
    ? []
    : [points(PROGRAM_POINTS, `the unexamined part may contain ${what}`, { rule: 'program' })]
}
