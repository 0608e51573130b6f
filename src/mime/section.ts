/** The header section of one part, and the other places where some readers end it. */

import type { HeaderFields } from '../model/header.ts'
import type { Span } from './boundaries.ts'
import { headerCollector } from './header/collect.ts'
import { readHeader } from './header/fields.ts'
import { looseFields } from './header/loose-names.ts'

const [CR, LF] = [13, 10]

export interface Section {
  readonly header: HeaderFields
  readonly body: Span
  /** The section is larger than the limit. */
  readonly cutOff: boolean
}

/** Saves 3 µs a part where the section is short, as nearly all are: the collector reads what arrives in chunks. */
export function readSection(bytes: Buffer, span: Span): Section {
  const { start, stop } = span
  const end = shortEnd(bytes, span)
  if (end === undefined) return readLongSection(bytes, span)
  const isCrlf = bytes[end] === CR && end + 1 < stop && bytes[end + 1] === LF
  const header = end === start ? NO_FIELDS : readHeader(bytes.subarray(start, end))
  return { header, body: { start: end + (isCrlf ? 2 : 1), stop }, cutOff: isCut(header) }
}

/** Where the line end of the empty line is, if it is among the first bytes. */
function shortEnd(bytes: Buffer, { start, stop }: Span): number | undefined {
  if (start < stop && (bytes[start] === CR || bytes[start] === LF)) return start
  const last = Math.min(stop, start + SHORT) - 1
  for (let at = start; at < last; at++) {
    const byte = bytes[at]
    if (byte !== LF && byte !== CR) continue
    const next = bytes[at + 1]
    if (next === byte || (byte === LF && next === CR)) return at + 1
  }
  return undefined
}

const SHORT = 1024

const NO_FIELDS = readHeader(Buffer.alloc(0))

const isCut = ({ defects }: HeaderFields): boolean => defects.some(({ kind }) => kind === 'too-many-fields')

/** @internal The reader of all sections, which the tests compare with. */
export function readLongSection(bytes: Buffer, { start, stop }: Span): Section {
  const collector = headerCollector()
  const { section, separator, end } = collector.push(bytes.subarray(start, stop)) ?? collector.end()
  const header = readHeader(section, { end })
  const cutOff = end === 'limit' || isCut(header)
  return { header, body: { start: Math.min(start + section.length + separator.length, stop), stop }, cutOff }
}

/** A place where some readers end the section earlier. */
export interface EarlierEnd {
  readonly reason: string
  /** Offsets in the source: the end of the section, and the beginning of the body. */
  readonly sectionStop: number
  readonly bodyStart: number
}

/** A line that is no field, or a folded line of blanks only, above fields that describe the body. */
export function earlierEnds(bytes: Buffer, header: HeaderFields, span: Span): Iterable<EarlierEnd> {
  return header.defects.length === 0 ? [] : endsByDefects(bytes, header, span)
}

function* endsByDefects(bytes: Buffer, header: HeaderFields, { start }: Span): Generator<EarlierEnd> {
  const { defects, raw } = header
  const seen = new Set<number>()
  for (const { kind, offset } of defects) {
    const reason = reasons[kind]
    const mbox = offset === 0 && /^>?From /.test(raw.toString('latin1', 0, 6))
    if (!reason || mbox || seen.has(offset) || !describesBodyAfter(header, offset)) continue
    seen.add(offset)
    const lf = raw.indexOf('\n', offset)
    const from = kind === 'empty-fold' && lf >= 0 ? lf + 1 : offset
    yield {
      reason,
      sectionStop: start + offsetAsSent(bytes, header, start, offset),
      bodyStart: start + offsetAsSent(bytes, header, start, from),
    }
  }
}

/** The offset of a byte of the section before each bare CR or LF became CRLF. */
function offsetAsSent(bytes: Buffer, { defects, raw }: HeaderFields, start: number, offset: number): number {
  if (!defects.some(({ kind }) => kind === 'bare-cr' || kind === 'bare-lf')) return offset
  let at = start
  for (let seen = 0; seen < offset; seen++, at++) {
    // A CRLF of the section may be one byte of the message.
    if (raw[seen] !== CR || raw[seen + 1] !== LF) continue
    seen++
    if (bytes[at] === CR && bytes[at + 1] === LF) at++
  }
  return at - start
}

const reasons: Readonly<Record<string, string | undefined>> = {
  'no-colon': 'a line in a header section is no field, and some readers end the section there',
  'leading-fold': 'a header section begins with a folded line, and some readers see no header there',
  'empty-fold': 'a header section has a line of blanks, and some readers end the section there',
}

const describesBodyAfter = (header: HeaderFields, after: number): boolean =>
  ['content-type', 'content-transfer-encoding', 'content-disposition'].some(name =>
    [...header.all(name), ...looseFields(header, name)].some(({ offset }) => offset > after),
  )

/** Whether a CR stands without its LF where it makes a difference: near the top, or before a delimiter. */
export function hasBareCr(bytes: Buffer): boolean {
  if (/\r(?!\n|$)/.test(bytes.toString('latin1', 0, TOP))) return true
  // One separate pass: to search for two strings costs three times as much where there are many line ends.
  for (let at = TOP; at < bytes.length; at++) {
    if (bytes[at - 1] !== CR) continue
    const byte = bytes[at]
    if (byte === CR || (byte === DASH && bytes[at + 1] === DASH)) return true
  }
  return false
}

/** Bytes at the top, where the header section is. */
const TOP = 16_384
const DASH = 45
