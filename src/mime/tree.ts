/** The tree of a message as every plausible reader sees it: the commonest reading, and others where readers differ. */
import { dashLines, guessBoundary, type Span, type Split, split } from './boundaries.ts'
import { extensionOf } from './names.ts'
import type { PartLimits, PartList } from './part.ts'
import { PartFields } from './part-fields.ts'
import { excerpt, type Reading, readingsOf } from './readings.ts'
import { earlierEnds, hasBareCr, readSection } from './section.ts'
import { addPart, addSinglePart, addTextPart, type Heading, looksLikeBase64 } from './single-parts.ts'
import { isSmime, openSmime } from './smime.ts'
import { decodedSource, type Position, type Source, Walk } from './walk.ts'

export interface TreeOptions extends PartLimits {
  /** Every line end is CRLF, as in a message that the engine has received: no bare CR is searched for. */
  readonly isCrlf?: boolean
}

/** Linear in the size of any message: each reading beyond the first is paid from a budget. Never throws. */
export function readTree(bytes: Buffer, { isCrlf = false, ...limits }: TreeOptions = {}): PartList {
  const walk = new Walk(bytes.length, limits)
  const lines = dashLines(bytes)
  if (lines.cut) walk.defect('too-many-parts')
  const source: Source = { bytes, lines, place: [] }
  const whole = { start: 0, stop: bytes.length }
  const root: Position = { path: '', depth: 0, fallback: 'text/plain', outer: [] }
  readEntity(walk, source, whole, root)
  if (!isCrlf && hasBareCr(bytes)) {
    const reason = 'a bare CR ends a line for some readers and not for others'
    walk.alternative(root, { kind: 'bare-cr', reason }, where => {
      const inner = decodedSource(walk, source, whole, 'line-ends')
      if (inner) readEntity(walk, inner, { start: 0, stop: inner.bytes.length }, where)
    })
  }
  walk.runDeferred()
  return walk.result()
}

/** A header section and a body: the message, or a part of a multipart. */
function readEntity(walk: Walk, source: Source, span: Span, where: Position): void {
  if (!walk.enter(where)) return
  const { header, body, cutOff } = readSection(source.bytes, span)
  if (cutOff) walk.defect('header-too-large')
  const fields = new PartFields(header)
  const readings = readingsOf(fields, where.fallback)
  if (readings.unknownEncoding && body.stop > body.start) walk.defect('unknown-encoding')
  if (readings.cut) walk.defect('too-many-readings')
  const [main, ...others] = readings.all
  readPart(walk, source, body, { fields, readings, reading: main }, where)
  for (const reading of others) {
    if (!reading.difference || (reading.difference.guess && !isPlausible(source.bytes, body, reading))) continue
    walk.alternative(where, reading.difference, other =>
      readPart(walk, source, body, { fields, readings, reading }, other),
    )
  }
  for (const { reason, sectionStop, bodyStart } of earlierEnds(source.bytes, header, span)) {
    const above = new PartFields(readSection(source.bytes, { start: span.start, stop: sectionStop }).header)
    const fewer = readingsOf(above, where.fallback)
    walk.alternative(where, { kind: 'odd-header', reason }, other =>
      readPart(
        walk,
        source,
        { start: bodyStart, stop: span.stop },
        { fields: above, readings: fewer, reading: fewer.all[0] },
        other,
      ),
    )
  }
}

/** No reader tries base64 on other bytes, or parts where no boundary occurs. */
function isPlausible(bytes: Buffer, { start, stop }: Span, { difference, type }: Reading): boolean {
  const body = bytes.subarray(start, stop)
  if (difference?.guess === 'parts') return type.boundaries.some(boundary => body.includes(`--${boundary}`))
  return body.length > 0 && looksLikeBase64(body)
}

function readPart(walk: Walk, source: Source, body: Span, heading: Heading, where: Position): void {
  const { contentType } = heading.reading.type
  if (contentType.startsWith('multipart/')) readMultipart(walk, source, body, heading, where)
  else if (MESSAGES.has(contentType) || isSavedMessage(heading)) readMessage(walk, source, body, heading, where)
  else {
    addSinglePart(walk, source, body, heading, where)
    if (isSmime(heading)) openSmime(walk, source, body, heading, where, readEntity)
  }
}

/** RFC 2046 §5.2.1, RFC 6532 §3.7, and types that programs use instead. */
const MESSAGES: ReadonlySet<string> = new Set(['message/rfc822', 'message/global', 'message/news', 'text/rfc822'])

/** A message that was saved as a file and attached: programs open it as a message. */
const isSavedMessage = ({ fields, reading }: Heading): boolean =>
  reading.type.contentType === 'application/octet-stream' &&
  fields.names.some(({ text }) => extensionOf(text) === 'eml')

function readMultipart(walk: Walk, source: Source, body: Span, heading: Heading, where: Position): void {
  const { boundaries, contentType } = heading.reading.type
  const { encoding } = heading.reading
  addPart(walk, heading, where, { size: 0 })

  const cuts = divisions(walk, source, body, boundaries)
  const [first, ...others] = cuts
  const digest = contentType === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
  const inside = { ...where, fallback: digest }
  if (encoding !== 'identity') {
    // RFC 2045 §6.4 forbids it, and some programs decode it nevertheless.
    const inner = decodedSource(walk, source, body, encoding)
    const all = inner && { start: 0, stop: inner.bytes.length }
    const found = inner && all ? divisions(walk, inner, all, boundaries)[0] : undefined
    if (inner && all && found && (!first || dividesDifferently(source, first, inner, found))) {
      const reason = `a ${contentType} is encoded as ${encoding}, which is forbidden and decoded by some`
      walk.alternative(inside, { kind: 'encoded-composite', reason }, other =>
        readDivision(walk, inner, all, found, other),
      )
      if (!first) return
    }
  }
  if (!first) {
    readUndivided(walk, source, body, heading, inside)
    return
  }
  const strict = boundaries[0] ?? ''
  const odd = first.boundary !== strict || strict.length > 70 || /[^ -~]/.test(strict)
  if (odd) walk.note('odd-boundary', where, `readers disagree about the boundary: ${excerpt(strict)}`)
  readDivision(walk, source, body, first, inside)
  for (const other of others) {
    const reason = `the boundary can be read as ${excerpt(first.boundary)} and as ${excerpt(other.boundary)}, and both occur`
    walk.alternative(inside, { kind: 'odd-boundary', reason }, place => readDivision(walk, source, body, other, place))
  }
}

/** Whether decoding changes the parts. Most programs that declare an encoding here have not encoded anything. */
function dividesDifferently(
  source: Source,
  { split: plain }: Division,
  inner: Source,
  { split: undone }: Division,
): boolean {
  if (plain.parts.length !== undone.parts.length) return true
  const text = ({ bytes }: Source, { start, stop }: Span) => bytes.subarray(start, stop)
  return plain.parts.some((span, index) => {
    const other = undone.parts[index]
    return other !== undefined && !text(source, span).equals(text(inner, other))
  })
}

/** The cost of examining one line, in bytes of other work. */
const LINE_COST = 64

interface Division {
  readonly boundary: string
  readonly split: Split
}

/** The parts by each boundary that occurs. Two boundaries with the same result count once. */
function divisions(
  walk: Walk,
  { bytes, lines }: Source,
  body: Span,
  boundaries: readonly string[],
): readonly Division[] {
  const found: Division[] = []
  for (const boundary of boundaries) {
    if (!walk.spend(1024)) break
    const made = split(bytes, lines, body, boundary)
    walk.spend((made?.linesExamined ?? 0) * LINE_COST)
    if (made) found.push({ boundary, split: made })
  }
  // A boundary that is only the prefix of lines counts only where no other occurs.
  const exact = found.filter(({ split: { prefix } }) => !prefix)
  const seen = new Set<string>()
  return (exact.length > 0 ? exact : found.slice(0, 1)).filter(({ split: { parts } }) => {
    const key = `${parts.length} ${parts[0]?.start} ${parts.at(-1)?.start}`
    return !seen.has(key) && seen.add(key)
  })
}

function readDivision(
  walk: Walk,
  source: Source,
  body: Span,
  { boundary, split: made }: Division,
  where: Position,
): void {
  walk.useBoundary(boundary)
  const outer = [...where.outer, boundary]
  const child = (number: number, at: Position): Position => ({
    ...at,
    path: at.path === '' ? `${number}` : `${at.path}.${number}`,
    depth: at.depth + 1,
    outer,
  })
  if (!made.closed) walk.defect('unclosed')
  readAside(walk, source, made.preamble, 'preamble', where)
  for (const [index, span] of made.parts.entries()) readEntity(walk, source, span, child(index + 1, where))
  readAside(walk, source, made.epilogue, 'epilogue', where)
  if (made.afterClose.length > 0) {
    const reason = `${made.afterClose.length} parts stand after the delimiter that closes the multipart`
    walk.alternative(where, { kind: 'after-close', reason }, other => {
      for (const [index, span] of made.afterClose.entries()) readEntity(walk, source, span, child(index + 1, other))
    })
  }
  if (made.nearLines.length === 0) return
  walk.defer(() => {
    // The line may be the boundary of another multipart that begins with this one.
    const near = made.nearLines.find(line => !walk.isBoundary(line) && !walk.isBoundary(line.replace(/--$/, '')))
    if (near === undefined) return
    const reason = `a line begins with the boundary and goes on, and some readers take it for a delimiter: ${excerpt(near)}`
    walk.alternative(where, { kind: 'near-boundary', reason }, other => {
      const loose = made.prefix ? undefined : split(source.bytes, source.lines, body, boundary, true)
      walk.spend((loose?.linesExamined ?? 0) * LINE_COST)
      for (const [index, span] of (loose?.parts ?? []).entries())
        readEntity(walk, source, span, child(index + 1, other))
    })
  })
}

/** A multipart in which no boundary occurs: some readers show its source, some guess. */
function readUndivided(walk: Walk, source: Source, body: Span, heading: Heading, where: Position): void {
  const { boundaries } = heading.reading.type
  const named = boundaries.find(boundary => boundary !== '')
  if (boundaries.some(boundary => where.outer.includes(boundary))) {
    walk.note(
      'shared-boundary',
      where,
      `a nested multipart has the same boundary as an outer one: ${excerpt(named ?? '')}`,
    )
    return
  }
  if (isBlank(source.bytes.subarray(body.start, body.stop))) return
  const kind = named === undefined ? 'no-boundary' : 'unused-boundary'
  const reason =
    named === undefined
      ? 'a multipart has no boundary, so that its parts are unknown'
      : `the boundary of a multipart does not occur: ${excerpt(named)}`
  walk.alternative(where, { kind, reason }, other => addTextPart(walk, source, body, other))
  const boundary = guessBoundary(source.bytes, source.lines, body)
  const made = boundary === undefined ? undefined : split(source.bytes, source.lines, body, boundary)
  if (boundary === undefined || !made) return
  walk.alternative(where, { kind, reason }, other => readDivision(walk, source, body, { boundary, split: made }, other))
}

/** Linear, and stops at the first byte that is not blank. */
function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 32 && (byte < 9 || byte > 13)) return false
  return true
}

/** Bytes of a preamble or an epilogue. Honest ones are shorter. */
const MAX_ASIDE = 65_536

/** Preambles and epilogues are shown only by readers that see no multipart. */
function readAside(walk: Walk, source: Source, span: Span, kind: 'preamble' | 'epilogue', where: Position): void {
  const sample = source.bytes.toString('latin1', span.start, Math.min(span.start + MAX_ASIDE, span.stop))
  if (span.stop - span.start <= MAX_ASIDE && !PAYLOAD.test(sample)) return
  const reason = `the ${kind} of a multipart holds more than words: it has a field, an element or a file in it`
  walk.alternative(where, { kind, reason }, other => addTextPart(walk, source, span, other))
}

const PAYLOAD =
  /^content-(?:type|transfer-encoding|disposition)[ \t]*:|<(?:html|script|form|iframe)[\s>]|^begin(?:-base64)? [0-7]{3}|^=ybegin |(?:^[A-Za-z0-9+/]{60,76}\r?\n){3}/im

function readMessage(walk: Walk, source: Source, body: Span, heading: Heading, where: Position): void {
  const { encoding, type } = heading.reading
  const place = [...source.place, { ...body, encoding }]
  const inner = encoding === 'identity' ? source : decodedSource(walk, source, body, encoding)
  const span = inner === source ? body : { start: 0, stop: inner?.bytes.length ?? 0 }
  addPart(walk, heading, where, { size: span.stop - span.start, place })
  if (encoding !== 'identity' && MESSAGES.has(type.contentType)) {
    const reason = `a ${type.contentType} is encoded as ${encoding}, which is forbidden and decoded by some`
    walk.note('encoded-composite', where, reason)
  }
  const path = where.path === '' ? '1' : `${where.path}.1`
  if (inner)
    readEntity(walk, inner, span, { ...where, path, depth: where.depth + 1, fallback: 'text/plain', outer: [] })
}
