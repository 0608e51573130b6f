/** What one walk over a message has found so far, and what it may still spend. */
import { type DashLines, dashLines, type Span } from './boundaries.ts'
import type { Encoding } from './decode/encoding.ts'
import { decodeAll } from './decode/transfer.ts'
import type { DecodedPart } from './decoded-part.ts'
import type { Ambiguity, AmbiguityKind, Part, PartDefect, PartLimits, PartList, Place } from './part.ts'

/** Bytes in which parts are: the message, or what was decoded from it. */
export interface Source {
  readonly bytes: Buffer
  readonly lines: DashLines
  /** How these bytes come from the message. */
  readonly place: Place
}

/** Where in the tree a part is. */
export interface Position {
  readonly path: string
  readonly depth: number
  /** The type of a part that names none. */
  readonly fallback: string
  readonly reading?: AmbiguityKind
  /** The boundaries of the multiparts around it. */
  readonly outer: readonly string[]
}

/** Why readers differ. */
export interface Difference {
  readonly kind: AmbiguityKind
  readonly reason: string
}

export interface Walk {
  /** May a part be here? Says so in the defects when not. */
  enter(where: Position): boolean
  add(part: Part): void
  defect(kind: PartDefect): void
  note(kind: AmbiguityKind, where: Position, reason: string): void
  /** Notes that readers differ here, and follows the other reading as long as there is something to spend. */
  alternative(where: Position, why: Difference, follow: (where: Position) => void): void
  /** Pays for work that grows with the number of readings; false when there is nothing left. */
  spend(bytes: number): boolean
  /** Bytes of text that may still be kept. */
  textLeft(): number
  record(leaf: DecodedPart): void
  /** A boundary that is used, and whether one is. */
  useBoundary(boundary: string): void
  isBoundary(boundary: string): boolean
  /** To be done once everything that all readers see was seen. */
  defer(work: () => void): void
  runDeferred(): void
  result(): PartList
}

/** Parts that hold nothing cost little: twice as many are read. */
const PARTS_FACTOR = 2
/** Readings beside the first that are followed. */
const MAX_READINGS = 64
const MAX_NOTES = 200

export function openWalk(
  size: number,
  { depth: deepest = 100, parts: most = 1000, text = 1_048_576 }: PartLimits,
): Walk {
  const parts: Part[] = []
  const ambiguities: Ambiguity[] = []
  const defects = new Set<PartDefect>()
  const boundaries = new Set<string>()
  const letters = new Map<string, number>()
  const deferred: (() => void)[] = []
  let budget = 8 * size + 16_777_216
  let filled = 0
  const isFull = (): boolean => filled >= most || parts.length >= PARTS_FACTOR * most
  let readings = MAX_READINGS
  let room = text

  const note: Walk['note'] = (kind, { path }, reason) => {
    if (ambiguities.length < MAX_NOTES) ambiguities.push({ kind, path, reason })
  }
  return {
    enter: ({ depth }) => {
      if (depth > deepest) defects.add('too-deep')
      const full = isFull()
      if (full) defects.add('too-many-parts')
      return depth <= deepest && !full
    },
    add: part => {
      if (isFull()) {
        defects.add('too-many-parts')
        return
      }
      parts.push(part)
      // A part that only holds others has no digest.
      if (part.size > 0 || part.sha256 === undefined) filled++
    },
    defect: kind => defects.add(kind),
    note,
    alternative: (where, why, follow) => {
      note(why.kind, where, why.reason)
      if (readings === 0 || budget <= 0) {
        defects.add('too-many-readings')
        return
      }
      readings--
      const count = letters.get(where.path) ?? 0
      letters.set(where.path, count + 1)
      const letter = count < 26 ? String.fromCharCode(97 + count) : `z${count}`
      follow({ ...where, path: where.path + letter, reading: why.kind })
    },
    spend: bytes => {
      budget -= bytes
      if (budget <= 0) defects.add('too-many-readings')
      return budget > 0
    },
    textLeft: () => room,
    record: ({ keptText, textCut, unknownCharset, cut }) => {
      room -= keptText
      if (textCut) defects.add('text-cut')
      if (cut) defects.add('too-many-readings')
      if (unknownCharset) defects.add('unknown-charset')
    },
    useBoundary: boundary => boundaries.add(boundary),
    isBoundary: boundary => boundaries.has(boundary),
    defer: work => deferred.push(work),
    runDeferred: () => {
      // What is followed here may put off more.
      for (let work = deferred.shift(); work; work = deferred.shift()) work()
    },
    result: () => ({ parts, ambiguities, defects: [...defects] }),
  }
}

/** The bytes of a span decoded, as a source of its own; undefined when that costs more than may still be spent. */
export function decodedSource(walk: Walk, source: Source, span: Span, encoding: Encoding): Source | undefined {
  if (!walk.spend(2 * (span.stop - span.start))) return undefined
  const bytes = decodeAll(source.bytes.subarray(span.start, span.stop), encoding)
  const lines = dashLines(bytes)
  if (lines.cut) walk.defect('too-many-parts')
  return { bytes, lines, place: [...source.place, { start: span.start, stop: span.stop, encoding }] }
}
