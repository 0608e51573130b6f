/** Changes to the header section of a Haraka transaction. */
import type { ForgedField } from '../../model/decision.ts'
import type { TraceField } from '../../trace/tracer.ts'
import type { HarakaTransaction } from './types.ts'

/** Removes these fields and no others of their names; Haraka's own `remove_header` would remove all. */
export function removeFields(transaction: HarakaTransaction, forged: readonly ForgedField[]): void {
  const { header_list: lines, headers, headers_decoded: decoded } = transaction.header
  // From the bottom: a removed field shifts those below it.
  for (const { name, position } of forged.toReversed()) {
    const key = name.toLowerCase()
    const lineOf = lines.flatMap((line, index) => (nameOf(line) === key ? [index] : []))[position - 1]
    if (lineOf === undefined) continue
    lines.splice(lineOf, 1)
    for (const values of [headers[key], decoded[key]]) values?.splice(position - 1, 1)
  }
  if (forged.length > 0) transaction.reset_headers()
}

const nameOf = (line: string): string => (line.split(':', 1)[0] ?? '').trim().toLowerCase()

/** Adds fields on top, in their order. */
export function addFields(transaction: HarakaTransaction, trace: readonly TraceField[]): void {
  for (const [name, value] of trace.toReversed()) transaction.add_leading_header(name, value)
}
