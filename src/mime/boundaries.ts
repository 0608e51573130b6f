/** Divides a multipart at its delimiters (RFC 2046 §5.1.1), for every boundary that some reader may use. */
import { ByteSearch } from './find-bytes.ts'
import type { Parameters } from './header/parameters.ts'

/** Bytes of a boundary: RFC 2046 §5.1.1 allows 70, readers take more. */
const MAX_BOUNDARY_LENGTH = 1024
/** Characters of a Content-Type that are searched for boundaries. */
const MAX_VALUE_LENGTH = 8192
/** The number of boundaries that are tried. */
const MAX_BOUNDARIES = 6
/** Lines that begin with `--`. Delimiters beyond are not seen. */
const MAX_LINES = 250_000

/** Parts of one multipart that are separated. The walk stops earlier. */
const MAX_PARTS = 5000

/** The offsets of all lines that begin with `--`, found once, in ascending order. */
export interface DashLines {
  readonly starts: readonly number[]
  /** There are more such lines. */
  readonly cut: boolean
}

/** @param max lines that are found */
export function dashLines(bytes: Buffer, max = MAX_LINES): DashLines {
  const starts: number[] = bytes[0] === DASH && bytes[1] === DASH ? [0] : []
  for (let at = LINE_OF_DASHES.in(bytes, 0); at >= 0; at = LINE_OF_DASHES.in(bytes, at + 3)) {
    if (starts.length === max) return { starts, cut: true }
    starts.push(at + 1)
  }
  return { starts, cut: false }
}

const LINE_OF_DASHES = new ByteSearch('\n--')

const [LF, CR, DASH] = [10, 13, 45]

/** The boundaries that readers may find in a Content-Type: first by its grammar, then by lenient rules. */
export function plausibleBoundaries(value: string, parameters: Parameters): readonly string[] {
  const found = new Set(parameters.all('boundary'))
  let looked = 0
  for (const match of value
    .slice(0, MAX_VALUE_LENGTH)
    .matchAll(/boundary[ \t]{0,20}\*?(?:0\*?)?[ \t]{0,20}=[ \t]{0,20}/gi)) {
    const rest = value.slice(match.index + match[0].length, match.index + match[0].length + 2 * MAX_BOUNDARY_LENGTH)
    const [quote = ''] = /^["']/.exec(rest) ?? []
    const inside = quote === '' ? rest : rest.slice(1)
    const end = quote === '' ? -1 : inside.indexOf(quote)
    if (end >= 0) found.add(inside.slice(0, end))
    for (const stop of [/[\s;"]/, /;/, /["']/]) found.add(inside.slice(0, firstOf(inside, stop)))
    found.add(rest.slice(0, firstOf(rest, /[\s;]/)))
    if (++looked > 2 * MAX_BOUNDARIES) break
  }
  const usable = [...found]
    .filter(boundary => boundary.length <= MAX_BOUNDARY_LENGTH && !/^["']+$/.test(boundary))
    .map(boundary => trimEnd(boundary))
  return [...new Set(usable)].slice(0, MAX_BOUNDARIES)
}

/** Whether a declared boundary is longer than the limit, or there are more of them than are tried. */
export const boundariesCut = (parameters: Parameters): boolean => {
  const named = parameters.all('boundary')
  return named.length > MAX_BOUNDARIES || named.some(boundary => boundary.length > MAX_BOUNDARY_LENGTH)
}

const firstOf = (text: string, pattern: RegExp): number => {
  const at = text.search(pattern)
  return at < 0 ? text.length : at
}

/** Not by a regular expression: `\s+$` is quadratic. */
function trimEnd(text: string): string {
  let stop = text.length
  while (stop > 0 && (text[stop - 1] === ' ' || text[stop - 1] === '\t')) stop--
  return text.slice(0, stop)
}

export interface Span {
  readonly start: number
  readonly stop: number
}

/** A body, divided by one boundary. */
export interface Split {
  readonly preamble: Span
  readonly parts: readonly Span[]
  readonly epilogue: Span
  /** Parts that begin after the delimiter that closes. */
  readonly afterClose: readonly Span[]
  readonly closed: boolean
  /** Distinct lines that begin as a delimiter and go on, without the `--`. */
  readonly nearLines: readonly string[]
  /** No line was a valid delimiter, so lines that begin as one count. */
  readonly prefix: boolean
  /** Lines that were examined. */
  readonly linesExamined: number
}

/** @param prefix whether a line that only begins with the boundary counts as a delimiter */
export function split(
  bytes: Buffer,
  lines: DashLines,
  { start, stop }: Span,
  boundary: string,
  prefix = false,
): Split | undefined {
  const wanted = Buffer.from(boundary, 'utf8')
  const parts: Span[] = []
  const afterClose: Span[] = []
  const near = new Set<string>()
  let preamble: Span | undefined
  let open = -1
  let closed = -1
  let linesExamined = 0

  const end = (at: number): void => {
    const to = Math.max(beforeLineEnd(bytes, at, open >= 0 ? open : start), start)
    if (open >= 0) (closed >= 0 ? afterClose : parts).push({ start: open, stop: Math.max(to, open) })
    else if (!preamble) preamble = { start, stop: to }
    open = -1
  }
  for (let index = firstFrom(lines.starts, start); index < lines.starts.length; index++) {
    const at = lines.starts[index] ?? stop
    if (at >= stop) break
    linesExamined++
    const after = at + 2 + wanted.length
    if (after > stop || !isAt(bytes, at + 2, wanted)) continue
    const next = Math.min(lineStop(bytes, after), stop)
    const kind = delimiterKind(bytes, after, next)
    if (kind === 'near') {
      if (near.size < 100)
        near.add(trimEnd(bytes.toString('utf8', at + 2, Math.min(next, at + MAX_BOUNDARY_LENGTH)).trimEnd()))
      if (!prefix) continue
    }
    end(at)
    if (parts.length + afterClose.length > MAX_PARTS) break
    if (kind === 'close') {
      if (closed < 0) closed = next
    } else open = next
  }
  if (!preamble)
    return near.size > 0 && !prefix && boundary !== ''
      ? split(bytes, lines, { start, stop }, boundary, true)
      : undefined
  if (open >= 0) (closed >= 0 ? afterClose : parts).push({ start: open, stop })
  const last = afterClose[0] ? Math.max(beforeDelimiter(bytes, afterClose[0].start), closed) : stop
  return {
    preamble,
    parts,
    epilogue: closed < 0 ? { start: stop, stop } : { start: closed, stop: last },
    afterClose,
    closed: closed >= 0,
    nearLines: [...near],
    prefix,
    linesExamined,
  }
}

/** Bytes that are compared here: a native comparison costs as much as twenty of them, and nearly all lines differ. */
const COMPARED = 16

function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  const { length } = wanted
  if (length > 0 && bytes[at + length - 1] !== wanted[length - 1]) return false
  for (let index = 0; index < length && index < COMPARED; index++) if (bytes[at + index] !== wanted[index]) return false
  return length <= COMPARED || bytes.compare(wanted, 0, length, at, at + length) === 0
}

/** What stands between the boundary and the end of its line. */
function delimiterKind(bytes: Buffer, after: number, next: number): 'open' | 'close' | 'near' {
  const closes = bytes[after] === DASH && bytes[after + 1] === DASH && after + 1 < next
  for (let at = closes ? after + 2 : after; at < next; at++) {
    const byte = bytes[at]
    if (byte !== 32 && byte !== 9 && byte !== CR && byte !== LF) return 'near'
  }
  return closes ? 'close' : 'open'
}

function lineStop(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from)
  return lf < 0 ? bytes.length : lf + 1
}

/** The line end before a delimiter belongs to it. */
function beforeLineEnd(bytes: Buffer, at: number, least: number): number {
  const lf = at > least && bytes[at - 1] === LF ? at - 1 : at
  return lf > least && lf < at && bytes[lf - 1] === CR ? lf - 1 : lf
}

/** From the start of a part back to the line of its delimiter. */
function beforeDelimiter(bytes: Buffer, start: number): number {
  const lf = bytes.lastIndexOf(LF, Math.max(start - 2, 0))
  return lf < 0 ? 0 : lf + 1
}

function firstFrom(starts: readonly number[], from: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}

/** An undeclared boundary: the first line with `--` that is followed by a field or an empty line. */
export function guessBoundary(bytes: Buffer, lines: DashLines, { start, stop }: Span): string | undefined {
  for (
    let index = firstFrom(lines.starts, start), tries = 0;
    index < lines.starts.length && tries < 20;
    index++, tries++
  ) {
    const at = lines.starts[index] ?? stop
    if (at >= stop) return undefined
    const next = lineStop(bytes, at)
    const line = trimEnd(bytes.toString('utf8', at + 2, Math.min(next, at + 2 + MAX_BOUNDARY_LENGTH)).trimEnd())
    if (
      line !== '' &&
      !/^[-\s]*$/.test(line) &&
      /^(?:content-[a-z-]{1,40}[ \t]*:|\r?\n)/i.test(bytes.toString('latin1', next, next + 60))
    ) {
      return line
    }
  }
  return undefined
}
