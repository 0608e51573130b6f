/** Where the fields of one part contradict each other, or declare what no reader here can follow. */

import type { HeaderFields } from '../model/header.ts'
import { boundariesCut } from './boundaries.ts'
import { looseFields } from './header/loose-names.ts'
import { looseNames } from './header/loose-parameters.ts'
import { parametersOf } from './header/parameters.ts'
import { extensionOf, MAX_NAMES, namesOf, partName } from './names.ts'
import type { PartName } from './part.ts'
import { excerpt, type Reading } from './readings.ts'
import type { Difference } from './walk.ts'

/** The number of fields of one name that are read. */
const MAX_FIELDS = 6

/** The parameters of the first fields of that name. */
export const fieldsOf = (header: HeaderFields, name: string) =>
  [...header.all(name), ...looseFields(header, name)].slice(0, MAX_FIELDS).map(parametersOf)

const named = new WeakMap<HeaderFields, readonly PartName[]>()

/** Every name that the fields of a part give it. */
export function partNames(header: HeaderFields): readonly PartName[] {
  const before = named.get(header)
  if (before) return before
  const names = namesOf(header, fieldsOf(header, 'content-type'), fieldsOf(header, 'content-disposition'))
  named.set(header, names)
  return names
}

/** Names that only lenient readers find. */
export const otherNames = (header: HeaderFields): readonly PartName[] =>
  ['content-type', 'content-disposition'].flatMap(field =>
    [...header.all(field), ...looseFields(header, field)]
      .slice(0, MAX_FIELDS)
      .flatMap(({ value }) => looseNames(value).map(name => partName('filename', name))),
  )

/** Whether these fields hold more than is read of them. */
export const fieldsCut = (header: HeaderFields, names: readonly PartName[], { type }: Reading): boolean =>
  names.length === MAX_NAMES ||
  FIELDS.some(name => {
    const all = header.all(name)
    return all.length > MAX_FIELDS || all.some(field => parametersOf(field).cut)
  }) ||
  (type.contentType.includes('multipart') && boundariesCut(type.parameters))

const FIELDS = ['content-type', 'content-disposition', 'content-transfer-encoding'] as const

export function* differences(
  header: HeaderFields,
  names: readonly PartName[],
  { type }: Reading,
): Generator<Difference> {
  const { contentType, parameters } = type
  const endings = new Set(
    names.flatMap(({ from, text, tricks }) =>
      (from === 'name' || from === 'filename') && !tricks.includes('encoded-word') ? [extensionOf(text)] : [],
    ),
  )
  if (endings.size > 1) {
    const reason = `the names of one part have different extensions: ${excerpt(names.map(({ text }) => text).join(', '))}`
    yield { kind: 'names-differ', reason }
  }
  const dispositions = new Set(fieldsOf(header, 'content-disposition').map(({ value }) => value))
  if (dispositions.size > 1) {
    const reason = `Content-Disposition occurs more than once: ${excerpt([...dispositions].join(', '))}`
    yield { kind: 'repeated-field', reason }
  }
  const charsets = parameters.all('charset')
  if (charsets.length > 1) {
    yield {
      kind: 'repeated-parameter',
      reason: `the charset is declared in several ways: ${excerpt(charsets.join(', '))}`,
    }
  }
  if (parameters.cut) {
    yield { kind: 'repeated-parameter', reason: 'a Content-Type has more parameters than were read' }
  }
  if (charsets.some(charset => /utf-?7|csunicode11utf7/i.test(charset))) {
    yield { kind: 'charset', reason: 'text is in UTF-7, which only some programs read' }
  }
  if (contentType === 'message/partial') {
    yield { kind: 'partial', reason: 'one piece of a message, which the mail program of the reader puts together' }
  }
  if (contentType === 'message/external-body') {
    yield {
      kind: 'external-body',
      reason: 'the content of a part is elsewhere, and the mail program of the reader fetches it',
    }
  }
}
