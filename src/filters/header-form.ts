/** Malformed header sections and paths: readers interpret such messages differently, and forgers use that. */

import { author } from '../facts/author.ts'
import { isDaemonWithoutAddress } from '../facts/daemon.ts'
import type { Filter } from '../model/filter.ts'
import type { Finding, Findings } from '../model/finding.ts'
import type { HeaderDefect, HeaderFields } from '../model/header.ts'
import { checked, type Shape, schemaOf } from '../model/options.ts'
import type { Header } from '../model/stage.ts'
import { withDefaults } from './measured-defaults.ts'
import { type Consequence, consequence, findingFor } from './rules/consequence.ts'

/** What each defect leads to. Where `docs/reference/rules.md` has measured points, those are the defaults. */
export interface HeaderFormOptions {
  /** Readers could see different authors, or there is none. @default 'reject' */
  readonly author?: Consequence
  /**
   * Several authors of different domains, one of them in Sender: legal (RFC 5322 §3.6.2), but open to abuse.
   * @default 'quarantine'
   */
  readonly coauthors?: Consequence
  /**
   * One address after a name with a comma that is not quoted (`Doe, John <john@example.org>`): by RFC 5322 §3.4 two
   * mailboxes, of which the first has no address, so that nothing proves such an author.
   * @default 'reject'
   */
  readonly unquotedName?: Consequence
  /** The author's domain cannot be authenticated: an IP address, or a bounce without an address. @default 1 */
  readonly unusableAuthor?: Consequence
  /** A NUL: some programs cut the text there. @default 'reject' */
  readonly nul?: Consequence
  /** More than 128 KB, 1000 fields, or 64 KB in one line: the section was not read to its end. @default 'reject' */
  readonly tooLarge?: Consequence
  /** A field that may occur once occurs again (RFC 5322 §3.6), so that readers choose. @default 4 */
  readonly repeated?: Consequence
  /** No Date field. @default 1 */
  readonly missingDate?: Consequence
  /** No Message-ID field, except in a bounce: some servers write none. @default 1 */
  readonly missingMessageId?: Consequence
  /** A control character. @default 2 */
  readonly control?: Consequence
  /** A bare CR or LF (RFC 5322 §2.2 forbids both). @default 2 */
  readonly bareLineEnd?: Consequence
  /** A line of more than 998 bytes (RFC 5322 §2.1.1). @default 1 */
  readonly overlong?: Consequence
  /** Bytes beyond US-ASCII without SMTPUTF8 (RFC 6531 §3.2). Old honest programs do it. @default 1 */
  readonly eightBit?: Consequence
  /** The same in the path of MAIL or RCPT, where no honest program does it (RFC 6531 §3.3). @default 'reject' */
  readonly eightBitPath?: Consequence
  /** Lines that are no field, malformed field names, folds where none may be. @default 1 */
  readonly malformed?: Consequence
}

const defaults: Readonly<Required<HeaderFormOptions>> = {
  author: 'reject',
  coauthors: 'quarantine',
  unquotedName: 'reject',
  unusableAuthor: 1,
  nul: 'reject',
  tooLarge: 'reject',
  repeated: 4,
  missingDate: 1,
  missingMessageId: 1,
  control: 2,
  bareLineEnd: 2,
  overlong: 1,
  eightBit: 1,
  eightBitPath: 'reject',
  malformed: 1,
}

type Rule = keyof HeaderFormOptions

const authorRules = {
  differs: 'author',
  coauthors: 'coauthors',
  unusable: 'unusableAuthor',
  'unquoted-name': 'unquotedName',
} as const

/** @internal */
export const headerFormSchema = schemaOf<HeaderFormOptions>(
  'headerForm',
  Object.fromEntries(Object.keys(defaults).map(key => [key, consequence()])) as Shape<HeaderFormOptions>,
)

/**
 * Judges the form of the header section at `header`, and of paths at `mail` and `rcpt`.
 *
 * @throws PosternError when an option is wrong
 * @example
 * headerForm({ author: 'quarantine', missingDate: 'off', repeated: 'reject' })
 */
export function headerForm(options: HeaderFormOptions = {}): Filter {
  const consequences = withDefaults('header-form', defaults, checked(headerFormSchema, options))
  const onPath = (path: string, utf8: boolean): Findings => {
    const { eightBitPath } = consequences
    if (utf8 || !/[\u0080-\uffff]/.test(path)) return undefined
    return finding('eightBitPath', `the path ${JSON.stringify(path)} has 8-bit bytes without SMTPUTF8`, eightBitPath)
  }
  return {
    name: 'header-form',
    checks: 'content',
    mail: ({ reversePath, utf8 }) => onPath(reversePath, utf8),
    rcpt: ({ forwardPath, utf8 }) => onPath(forwardPath, utf8),
    header: async context => {
      const wrong = [...defectsOf(context)]
      const who = await context.ask(author)
      if (who.kind === 'unclear') {
        const rule = isDaemonWithoutAddress(context) ? 'unusableAuthor' : authorRules[who.trouble]
        wrong.unshift([rule, `the author is unclear: ${who.reason}`])
      }
      return wrong.flatMap(([rule, reason]) => finding(rule, reason, consequences[rule]) || [])
    },
  }
}

function* defectsOf({ header, utf8, reversePath }: Header): Generator<readonly [Rule, string]> {
  const has = (...kinds: readonly HeaderDefect['kind'][]) => header.defects.find(({ kind }) => kinds.includes(kind))
  const at = (defect: HeaderDefect) => `first at byte ${defect.offset}`

  const nul = has('nul')
  if (nul) yield ['nul', `the header section has ${nul.count} NULs, ${at(nul)}`]
  const large = has('too-large', 'too-many-fields', 'line-too-long')
  if (large) yield ['tooLarge', `the header section is beyond the limits (${large.kind}), ${at(large)}`]
  const repeated = singletons.filter(name => header.all(name).length > 1)
  if (repeated.length > 0) yield ['repeated', `fields that may occur once are repeated: ${repeated.join(', ')}`]
  yield* missing(header, reversePath)
  const control = has('control')
  if (control) yield ['control', `the header section has ${control.count} control characters, ${at(control)}`]
  const bare = has('bare-cr', 'bare-lf')
  if (bare) yield ['bareLineEnd', `the header section has a ${bare.kind.replace('-', ' ')}, ${at(bare)}`]
  if (header.longestLine > 998 && large?.kind !== 'line-too-long') {
    yield ['overlong', `a header line has ${header.longestLine} bytes, more than 998`]
  }
  const eightBit = has('eight-bit')
  if (eightBit && !utf8) yield ['eightBit', `the header section has 8-bit bytes without SMTPUTF8, ${at(eightBit)}`]
  const malformed = has('no-colon', 'bad-name', 'space-before-colon', 'leading-fold', 'empty-fold')
  if (malformed) yield ['malformed', `the header section is malformed (${malformed.kind}), ${at(malformed)}`]
}

/** RFC 5322 §3.6 and RFC 2045 §3. From is judged by the fact `author`. */
const singletons = [
  'Date',
  'Sender',
  'Reply-To',
  'To',
  'Cc',
  'Bcc',
  'Message-ID',
  'In-Reply-To',
  'References',
  'Subject',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
]

function* missing(header: HeaderFields, reversePath: string): Generator<readonly [Rule, string]> {
  if (header.all('date').length === 0) yield ['missingDate', 'there is no Date field']
  if (header.all('message-id').length === 0 && reversePath !== '')
    yield ['missingMessageId', 'there is no Message-ID field']
}

function finding(option: Rule, reason: string, consequence: Consequence): Finding | false {
  const rule = option.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  // RFC 6531 §3.5 defines another status for mail that needs SMTPUTF8.
  return findingFor(consequence, option.startsWith('eightBit') ? '5.6.7' : '5.6.0', reason, { rule })
}
