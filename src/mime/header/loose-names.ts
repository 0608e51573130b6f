/**
 * Fields whose name only some readers recognise: folded before the colon, or with blanks, marks or other bytes around
 * it.
 */

import type { HeaderDefect, HeaderField, HeaderFields } from '../../model/header.ts'
import { fieldValue } from './fields.ts'
import { decodeWords } from './words.ts'

/** Characters of a field in which the colon is searched for. */
const MAX_SEARCHED = 300
const ODD: ReadonlySet<HeaderDefect['kind']> = new Set(['no-colon', 'bad-name', 'leading-fold'])

const known = new WeakMap<HeaderFields, ReadonlyMap<string, readonly HeaderField[]>>()

const none: readonly HeaderField[] = []

/** Fields that `header.all(name)` does not return and another reader may find. Free where every name is well formed. */
export function looseFields(header: HeaderFields, name: string): readonly HeaderField[] {
  if (header.defects.length === 0 || !header.defects.some(({ kind }) => ODD.has(kind))) return none
  const before = known.get(header)
  const fields = before ?? Map.groupBy([...header].flatMap(reread), ({ key }) => key)
  if (!before) known.set(header, fields)
  return fields.get(name) ?? none
}

function reread({ name, key, raw, offset }: HeaderField): readonly HeaderField[] {
  const colon = raw.subarray(0, MAX_SEARCHED).indexOf(COLON)
  if (colon < 0) return []
  const letters = raw.toString('latin1', 0, colon).replace(/[^A-Za-z0-9-]+/g, '')
  if (letters === '' || letters.toLowerCase() === key) return []
  const value = fieldValue(raw, colon + 1)
  return [{ name: letters, key: letters.toLowerCase(), raw, offset, value, text: decodeWords(value) }].filter(
    found => found.name !== name,
  )
}

const COLON = 58
