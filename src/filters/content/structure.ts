/** Messages that different readers see differently, or that nobody can see whole: what hides a file from a scanner. */

import { type Parts, parts } from '../../facts/parts.ts'
import type { AmbiguityKind, Part, PartDefect } from '../../mime/part.ts'
import type { Filter } from '../../model/filter.ts'
import { quote } from '../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../rules/rule.ts'
import { contentFilter } from './content-filter.ts'

/** Of 5,412 honest messages of public collections one has any ambiguity, of 2,671 unwanted ones 24. */
export const structureRules = {
  name: 'structure',
  about: 'Messages that different readers see differently, or that nobody can see whole.',
  caps: { structure: 8 },
  view: async message => await message.ask(parts),
  rules: {
    'structure/hidden-file': {
      group: 'structure',
      fires: 'A file is there for some readers, and for others the same bytes are text, or another file.',
      points: 6,
      find: ({ all }) => {
        const hidden = all.find(isHiddenFile)
        return hidden && `some readers see a file ${nameOf(hidden)}, others do not (${hidden.reading})`
      },
    },
    'structure/partial': {
      group: 'structure',
      fires:
        'The message is a piece of one that the reader’s program puts together (message/partial), so nobody has seen it whole.',
      points: 6,
      find: ({ ambiguities }) => reasonOf(ambiguities, ['partial']),
    },
    'structure/external-body': {
      group: 'structure',
      fires: 'The content is fetched from elsewhere by the reader’s program (message/external-body).',
      points: 4,
      find: ({ ambiguities }) => reasonOf(ambiguities, ['external-body']),
    },
    'structure/ambiguous': {
      group: 'structure',
      fires: 'Readers differ about where parts begin, what they are, or how they are encoded.',
      points: 3,
      find: ({ ambiguities }) => {
        const other = ambiguities.filter(({ kind }) => kind !== 'partial' && kind !== 'external-body')
        return (
          other[0] &&
          `readers differ: ${quote(other[0].reason, 160)}${other.length > 1 ? `, and ${other.length - 1} more` : ''}`
        )
      },
    },
    'structure/beyond-bounds': {
      group: 'structure',
      fires: 'Parts lie too deep, are too many, or would cost too much to read.',
      points: 3,
      find: ({ defects }) => {
        const beyond = defects.filter(defect => bounds.has(defect))
        return beyond.length > 0 && `not all of the message was looked into: ${beyond.join(', ')}`
      },
    },
    'structure/encrypted': {
      group: 'structure',
      fires: 'A part is encrypted or compressed as S/MIME, so that only its recipient sees what it holds.',
      points: 0.5,
      find: ({ defects }) =>
        defects.includes('encrypted') && 'a part is encrypted as S/MIME: nobody has looked into it',
    },
    'structure/unclosed': {
      group: 'structure',
      fires: 'A multipart is not closed: the message was cut, or written by a careless program.',
      points: 1,
      max: 1,
      find: ({ defects }) => defects.includes('unclosed') && 'a multipart has no end',
    },
  },
} satisfies RuleSet<Parts>

export type StructureRule = keyof typeof structureRules.rules

export interface StructureOptions extends RuleOptions<StructureRule> {}

/**
 * Objects to messages with several readings, and with parts beyond the bounds.
 *
 * @throws PosternError when an option names no rule
 * @example
 * structure({ points: { 'structure/hidden-file': 'reject' } })
 */
export const structure = (options: StructureOptions = {}): Filter =>
  contentFilter(structureRules, checkedRules(structureRules, options, {}))

const bounds: ReadonlySet<PartDefect> = new Set([
  'too-deep',
  'too-many-parts',
  'too-many-readings',
  'header-too-large',
  'fields-cut',
  'too-many-files',
  'too-costly',
])

/** Text that nothing calls a file is no file, whichever way it is read. */
const isHiddenFile = ({ reading, filenames, detected, size }: Part): boolean =>
  reading !== undefined && size > 0 && (filenames.length > 0 || detected !== undefined)

const nameOf = ({ filenames, detected = '' }: Part): string => quote(filenames[0] ?? detected)

const reasonOf = (ambiguities: Parts['ambiguities'], kinds: readonly AmbiguityKind[]): string | undefined =>
  ambiguities.find(({ kind }) => kinds.includes(kind))?.reason
