/**
 * Reports messages that mail programs interpret differently, or that cannot be examined completely: both can hide a
 * file.
 */

import { type Parts, parts } from '../../facts/parts.ts'
import type { AmbiguityKind, Part, PartDefect } from '../../mime/part.ts'
import type { Filter } from '../../model/filter.ts'
import { quote } from '../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../rules/rule.ts'
import { contentFilter } from './content-filter.ts'
import { STRUCTURE_POINTS } from './measured-points.ts'

/** In public collections, 1 of 5,412 honest messages has an ambiguity, and 24 of 2,671 unwanted ones. */
export const structureRules = {
  name: 'structure',
  about: 'Messages that mail programs interpret differently, or that cannot be examined completely.',
  caps: { structure: 8, form: 1 },
  measured: STRUCTURE_POINTS,
  view: async message => await message.ask(parts),
  rules: {
    'structure/hidden-file': {
      group: 'structure',
      fires: 'Some mail programs see a file where others see text, or another file.',
      points: 6,
      certain: true,
      find: ({ all }) => {
        const hidden = all.find(isHiddenFile)
        return hidden && `some mail programs see a file ${nameOf(hidden)}, others do not (${hidden.reading})`
      },
    },
    'structure/partial': {
      group: 'structure',
      fires:
        'The message is a fragment that the recipient’s mail program assembles (message/partial): no filter can examine the whole.',
      points: 6,
      certain: true,
      find: ({ ambiguities }) => reasonOf(ambiguities, ['partial']),
    },
    'structure/external-body': {
      group: 'structure',
      fires: 'The recipient’s mail program fetches the content from elsewhere (message/external-body).',
      points: 4,
      find: ({ ambiguities }) => reasonOf(ambiguities, ['external-body']),
    },
    'structure/ambiguous': {
      group: 'structure',
      fires: 'Mail programs differ about where parts begin, their type, or their encoding.',
      points: 3,
      find: ({ ambiguities }) => {
        const other = ambiguities.filter(({ kind }) => kind !== 'partial' && kind !== 'external-body')
        return (
          other[0] &&
          `mail programs differ: ${quote(other[0].reason, 160)}${other.length > 1 ? `, and ${other.length - 1} more` : ''}`
        )
      },
    },
    'structure/beyond-bounds': {
      group: 'structure',
      fires: 'Parts are nested too deep, are too many, or are too expensive to read.',
      points: 3,
      find: ({ defects }) => {
        const beyond = defects.filter(defect => bounds.has(defect))
        return beyond.length > 0 && `the message was not examined completely: ${beyond.join(', ')}`
      },
    },
    'structure/encrypted': {
      group: 'structure',
      fires: 'A part is encrypted as S/MIME: only its recipient can examine it.',
      points: 0.5,
      find: ({ defects }) => defects.includes('encrypted') && 'a part is encrypted as S/MIME and was not examined',
    },
    'structure/no-alternative': {
      group: 'form',
      fires: 'A multipart/alternative offers no alternative: it has HTML and no plain text.',
      points: 0.7,
      max: 1,
      find: ({ all }) => {
        const container = all.find(isAlternative)
        if (container === undefined) return undefined
        const inside = all.filter(part => part.reading === undefined && isInside(part.path, container.path))
        const types = new Set(inside.map(({ contentType }) => contentType))
        return types.has('text/html') && !OTHER_TEXTS.some(type => types.has(type)) && 'an alternative has HTML alone'
      },
    },
    'structure/unclosed': {
      group: 'structure',
      fires: 'A multipart has no closing delimiter: the message was truncated, or a program wrote it carelessly.',
      points: 1,
      max: 1,
      find: ({ defects }) => defects.includes('unclosed') && 'a multipart has no closing delimiter',
    },
  },
} satisfies RuleSet<Parts>

/** The rules of {@link structure}. */
export type StructureRule = keyof typeof structureRules.rules

/** Options of {@link structure}. */
export interface StructureOptions extends RuleOptions<StructureRule> {}

/**
 * Reports messages with several readings, and with parts beyond the limits.
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
  'compressed-cut',
  'too-costly',
])

/** Text without a file name and without a known signature is not a file, in any reading. */
const isHiddenFile = ({ reading, filenames, detected, size }: Part): boolean =>
  reading !== undefined && size > 0 && (filenames.length > 0 || detected !== undefined)

const isAlternative = ({ contentType, reading }: Part): boolean =>
  reading === undefined && contentType === 'multipart/alternative'

const isInside = (path: string, container: string): boolean =>
  container === '' ? path !== '' : path.startsWith(`${container}.`)

/** What a mail program can show in place of the HTML: text, a watch's version, a page of AMP, an invitation. */
const OTHER_TEXTS = ['text/plain', 'text/enriched', 'text/watch-html', 'text/x-amp-html', 'text/calendar']

const nameOf = ({ filenames, detected = '' }: Part): string => quote(filenames[0] ?? detected)

const reasonOf = (ambiguities: Parts['ambiguities'], kinds: readonly AmbiguityKind[]): string | undefined =>
  ambiguities.find(({ kind }) => kinds.includes(kind))?.reason
