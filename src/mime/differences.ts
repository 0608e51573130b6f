/** Where the fields of one part contradict each other, or declare what no reader here can follow. */

import { boundariesCut } from './boundaries.ts'
import { extensionOf, MAX_NAMES } from './names.ts'
import type { PartName } from './part.ts'
import { MAX_FIELDS, type PartFields } from './part-fields.ts'
import { excerpt, type Reading } from './readings.ts'
import type { Difference } from './walk.ts'

/** Whether these fields hold more than is read of them. */
export const fieldsCut = (fields: PartFields, { type }: Reading): boolean =>
  fields.names.length === MAX_NAMES ||
  FIELDS.some(name => {
    const all = fields.header.all(name)
    return all.length > MAX_FIELDS || all.some(field => fields.isCut(field))
  }) ||
  (type.contentType.includes('multipart') && boundariesCut(type.parameters))

const FIELDS = ['content-type', 'content-disposition', 'content-transfer-encoding'] as const

export function differences({ names, dispositions }: PartFields, { type }: Reading): readonly Difference[] {
  const { contentType, parameters } = type
  const found: Difference[] = []
  const note = (kind: Difference['kind'], reason: string): void => void found.push({ kind, reason })
  if (extensionsDiffer(names)) {
    const all = names.map(({ text }) => text).join(', ')
    note('names-differ', `the names of one part have different extensions: ${excerpt(all)}`)
  }
  const [first, ...others] = dispositions
  if (others.some(({ value }) => value !== first?.value)) {
    const all = [...new Set(dispositions.map(({ value }) => value))].join(', ')
    note('repeated-field', `Content-Disposition occurs more than once: ${excerpt(all)}`)
  }
  const charsets = parameters.all('charset')
  if (charsets.length > 1) {
    note('repeated-parameter', `the charset is declared in several ways: ${excerpt(charsets.join(', '))}`)
  }
  if (parameters.cut) {
    note('repeated-parameter', 'a Content-Type has more parameters than were read')
  }
  if (charsets.some(charset => /utf-?7|csunicode11utf7/i.test(charset))) {
    note('charset', 'text is in UTF-7, which only some programs read')
  }
  if (contentType === 'message/partial') {
    note('partial', 'one piece of a message, which the mail program of the reader puts together')
  }
  if (contentType === 'message/external-body') {
    note('external-body', 'the content of a part is elsewhere, and the mail program of the reader fetches it')
  }
  return found
}

/** Among names that no encoded word makes ambiguous by itself. */
function extensionsDiffer(names: readonly PartName[]): boolean {
  let first: string | undefined
  for (const { from, text, tricks } of names) {
    if ((from !== 'name' && from !== 'filename') || tricks.includes('encoded-word')) continue
    const extension = extensionOf(text)
    if (first !== undefined && extension !== first) return true
    first = extension
  }
  return false
}
