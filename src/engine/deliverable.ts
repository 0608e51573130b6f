/** The message as it is to be delivered: trace fields on top, forged fields left out. */
import { readHeader } from '../mime/header/fields.ts'
import type { Content } from '../model/decision.ts'
import type { HeaderField, HeaderFields } from '../model/header.ts'
import type { Spool } from './spool.ts'

/** All fields that `isWanted` takes, from the top, those beyond the limit of fields too. */
export function matchingFields(
  header: HeaderFields,
  isWanted: (field: HeaderField) => boolean,
): readonly HeaderField[] {
  const isWhole = !header.defects.some(({ kind }) => kind === 'too-many-fields')
  const all = isWhole ? header : readHeader(header.raw, { fields: header.raw.length, bytes: header.raw.length })
  return [...all].filter(isWanted)
}

/** A view of the spool; nothing is copied but the header section, and that only when a field must go. */
export function deliverable(
  trace: readonly (readonly [name: string, value: string])[],
  header: HeaderFields,
  dropped: readonly HeaderField[],
  spool: Spool,
): Content {
  const top = Buffer.from(trace.map(([name, value]) => `${name}: ${value}\r\n`).join(''), 'latin1')
  const kept = dropped.length === 0 ? [] : remainder(header.raw, dropped)
  const start = dropped.length === 0 ? 0 : header.raw.length
  const head = [top, ...kept].filter(part => part.length > 0)
  return {
    size: head.reduce((sum, { length }) => sum + length, 0) + spool.size - start,
    open: () => spool.open(start, head),
  }
}

function remainder(raw: Buffer, dropped: readonly HeaderField[]): readonly Buffer[] {
  const parts: Buffer[] = []
  let from = 0
  for (const { offset, raw: field } of dropped) {
    parts.push(raw.subarray(from, offset))
    from = offset + field.length
  }
  return [...parts, raw.subarray(from)]
}
