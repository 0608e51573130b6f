/** Splits a header section into its fields once, in linear time, and lists the defects of its form. */
import {
  type HeaderDefect,
  type HeaderEnd,
  type HeaderField,
  type HeaderFields,
  type HeaderLimits,
  isFieldName,
} from '../../model/header.ts'
import { lineEnds } from '../decode/line-ends.ts'
import { byteDefects } from './byte-defects.ts'
import { decodeWords } from './words.ts'

export interface HeaderReading extends HeaderLimits {
  /** How the section ended. @default 'empty-line' */
  readonly end?: HeaderEnd
}

/**
 * Reads a header section from {@link headerCollector}. Never throws: errors are in `defects`, and what lies
 * beyond the limits is not split. Values are decoded on demand.
 */
export function readHeader(
  section: Buffer,
  { end = 'empty-line', bytes = 131_072, fields: maxFields = 1000, line: maxLine = 65_536 }: HeaderReading = {},
): HeaderFields {
  const sent = section.length > bytes ? section.subarray(0, bytes) : section
  const latin1 = sent.toString('latin1')
  const found = byteDefects(sent, latin1)
  const normalized = found.some(({ kind }) => kind === 'bare-cr' || kind === 'bare-lf')
  const raw = normalized ? withCrlf(sent) : sent
  const text = normalized ? raw.toString('latin1') : latin1

  const seen = new Map<HeaderDefect['kind'], HeaderDefect>(found.map(defect => [defect.kind, defect]))
  const note: Note = (kind, offset) => {
    const before = seen.get(kind)
    seen.set(kind, { kind, offset: before?.offset ?? offset, count: (before?.count ?? 0) + 1 })
  }

  const source: Source = { raw, text, isAscii: !found.some(({ kind }) => kind === 'eight-bit') }
  const fields: HeaderField[] = []
  let longestLine = 0
  let start = 0
  while (start < text.length && !text.startsWith('\r\n', start)) {
    let next = start
    // A field goes on while the next line begins with white space (RFC 5322 §2.2.3).
    do {
      const lf = text.indexOf('\n', next)
      const stop = lf < 0 ? text.length : lf - 1
      if (stop - next > longestLine) longestLine = stop - next
      if (stop - next > maxLine) note('line-too-long', next)
      if (next > start && skipBlanks(text, next, stop) === stop) note('empty-fold', next)
      next = lf < 0 ? stop : lf + 1
    } while (next < text.length && isBlank(text.charCodeAt(next)))
    if (fields.length < maxFields) fields.push(readField(source, start, next, note))
    else note('too-many-fields', start)
    start = next
  }
  if (end === 'limit' || sent !== section) note('too-large', raw.length)
  if (end === 'message') note('missing-end', raw.length)

  let index: ReadonlyMap<string, readonly HeaderField[]> | undefined
  const all = (name: string): readonly HeaderField[] => {
    if (fields.length <= FEW) return named(fields, name.toLowerCase())
    index ??= Map.groupBy(fields, ({ key }) => key)
    return index.get(name.toLowerCase()) ?? []
  }
  return {
    all,
    get: name => all(name)[0]?.text,
    count: fields.length,
    raw,
    bodyOffset: raw.length + (end === 'empty-line' ? 2 : 0),
    longestLine,
    defects: [...seen.values()],
    [Symbol.iterator]: () => fields.values(),
  }
}

/** Fields that need no index: those of nearly every part. */
const FEW = 6

function named(fields: readonly HeaderField[], wanted: string): readonly HeaderField[] {
  let found: HeaderField[] | undefined
  for (const field of fields) {
    if (field.key !== wanted) continue
    if (found) found.push(field)
    else found = [field]
  }
  return found ?? NONE
}

const NONE: readonly HeaderField[] = []

type Note = (kind: HeaderDefect['kind'], offset: number) => void

/** The section of a field, as bytes and with one character for each byte. */
interface Source {
  readonly raw: Buffer
  readonly text: string
  readonly isAscii: boolean
}

function readField(source: Source, start: number, stop: number, note: Note): HeaderField {
  const latin1 = source.text
  const lineStop = latin1.indexOf('\r\n', start)
  const colon = latin1.indexOf(':', start)
  const named = colon >= 0 && colon < stop && (lineStop < 0 || colon < lineStop)
  const folded = isBlank(latin1.charCodeAt(start))
  const nameStop = named && !folded ? trimEnd(latin1, start, colon) : start
  const name = latin1.slice(start, nameStop)

  if (folded) note('leading-fold', start)
  else if (!named) note('no-colon', start)
  else {
    if (nameStop < colon) note('space-before-colon', nameStop)
    if (!isFieldName(name)) note('bad-name', start)
  }

  return new LazyField(source, name, { start, stop, valueAt: named && !folded ? colon + 1 : start })
}

/**
 * Cuts and decodes on demand. A class, because a literal with getters costs several times as much to make. A value of
 * US-ASCII is cut from the text of the section: without a native call for each field a section takes a quarter less.
 */
class LazyField implements HeaderField {
  readonly name: string
  readonly key: string
  readonly offset: number
  readonly #source: Source
  readonly #stop: number
  readonly #valueAt: number
  #raw: Buffer | undefined
  #value: string | undefined
  #text: string | undefined

  constructor(source: Source, name: string, { start, stop, valueAt }: FieldSpan) {
    this.name = name
    this.key = name.toLowerCase()
    this.offset = start
    this.#source = source
    this.#stop = stop
    this.#valueAt = valueAt
  }

  get raw(): Buffer {
    this.#raw ??= this.#source.raw.subarray(this.offset, this.#stop)
    return this.#raw
  }

  get value(): string {
    const { isAscii, text } = this.#source
    this.#value ??= isAscii
      ? unfolded(text.slice(this.#valueAt, this.#stop))
      : fieldValue(this.raw, this.#valueAt - this.offset)
    return this.#value
  }

  get text(): string {
    this.#text ??= decodeWords(this.value)
    return this.#text
  }
}

interface FieldSpan {
  readonly start: number
  readonly stop: number
  /** Behind the colon, or the start where there is no name. */
  readonly valueAt: number
}

const ascii = /^[\0-\x7f]*$/

/** Removes the CRLF of each fold and keeps the white space after it (RFC 5322 §2.2.3). */
export function fieldValue(raw: Buffer, start: number): string {
  const plain = raw.toString('latin1', start)
  const decoded = ascii.test(plain) ? plain : raw.toString('utf8', start)
  return unfolded(decoded)
}

function unfolded(lines: string): string {
  const line = lines.replaceAll('\r\n', '')
  const first = skipBlanks(line, 0, line.length)
  return line.slice(first, trimEnd(line, first, line.length))
}

function skipBlanks(text: string, start: number, stop: number): number {
  let at = start
  while (at < stop && isBlank(text.charCodeAt(at))) at++
  return at
}

function trimEnd(text: string, start: number, stop: number): number {
  let at = stop
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--
  return at
}

const isBlank = (code: number): boolean => code === 32 || code === 9

function withCrlf(section: Buffer): Buffer {
  const lines = lineEnds()
  return Buffer.concat([lines.push(section), lines.end()])
}
