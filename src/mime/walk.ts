/** The state of one walk over a message: what was found so far, and what may still be spent. */
import { type DashLines, dashLines, type Span } from './boundaries.ts'
import { MAX_INFLATED } from './decode/cms.ts'
import type { Encoding } from './decode/encoding.ts'
import { decodeAll } from './decode/transfer.ts'
import type { DecodedPart } from './decoded-part.ts'
import type { Ambiguity, AmbiguityKind, Part, PartDefect, PartLimits, PartList, PartLocation } from './part.ts'

/** Bytes in which parts are: the message, or what was decoded from it. */
export interface Source {
  readonly bytes: Buffer
  readonly lines: DashLines
  /** How these bytes come from the message. */
  readonly place: PartLocation
}

/** The position of a part in the tree. */
export interface Position {
  readonly path: string
  readonly depth: number
  /** The type of a part without a Content-Type. */
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

/** Parts that hold nothing cost little: twice as many of all kinds are read. */
const PARTS_FACTOR = 2
/** Readings beside the first that are followed. */
const MAX_READINGS = 64
const MAX_NOTES = 200

/** Collects parts, ambiguities and defects, and counts down what the walk may still spend. */
export class Walk {
  readonly #maxDepth: number
  readonly #maxParts: number
  readonly #parts: Part[] = []
  readonly #ambiguities: Ambiguity[] = []
  readonly #defects = new Set<PartDefect>()
  readonly #boundaries = new Set<string>()
  /** How many other readings each path has. */
  readonly #alternatives = new Map<string, number>()
  readonly #deferred: (() => void)[] = []
  #partsWithContent = 0
  #budget: number
  #readingsLeft = MAX_READINGS
  #textLeft: number
  #inflateLeft: number

  /** @param size bytes of the message, which decide what other readings may cost */
  constructor(size: number, { depth = 100, parts = 1000, text = 1_048_576, inflate = MAX_INFLATED }: PartLimits) {
    this.#maxDepth = depth
    this.#maxParts = parts
    this.#textLeft = text
    this.#inflateLeft = inflate
    this.#budget = 8 * size + 16_777_216
  }

  /** Says whether a part may be here. Where not, the reason is among the defects. */
  enter({ depth }: Position): boolean {
    const isTooDeep = depth > this.#maxDepth
    const isFull = this.#isFull()
    if (isTooDeep) this.#defects.add('too-deep')
    if (isFull) this.#defects.add('too-many-parts')
    return !isTooDeep && !isFull
  }

  add(part: Part): void {
    if (this.#isFull()) {
      this.#defects.add('too-many-parts')
      return
    }
    this.#parts.push(part)
    // A part that only holds others has no digest.
    if (part.size > 0 || part.sha256 === undefined) this.#partsWithContent++
  }

  defect(kind: PartDefect): void {
    this.#defects.add(kind)
  }

  note(kind: AmbiguityKind, { path }: Position, reason: string): void {
    if (this.#ambiguities.length < MAX_NOTES) this.#ambiguities.push({ kind, path, reason })
  }

  /** Notes that readers differ here, and follows the other reading as long as the budget lasts. */
  alternative(where: Position, { kind, reason }: Difference, follow: (where: Position) => void): void {
    this.note(kind, where, reason)
    if (this.#readingsLeft === 0 || this.#budget <= 0) {
      this.#defects.add('too-many-readings')
      return
    }
    this.#readingsLeft--
    const count = this.#alternatives.get(where.path) ?? 0
    this.#alternatives.set(where.path, count + 1)
    const letter = count < 26 ? String.fromCharCode(97 + count) : `z${count}`
    follow({ ...where, path: where.path + letter, reading: kind })
  }

  /** Pays for work that grows with the number of readings; false when the budget is used up. */
  spend(bytes: number): boolean {
    this.#budget -= bytes
    if (this.#budget <= 0) this.#defects.add('too-many-readings')
    return this.#budget > 0
  }

  /** Bytes that compressed parts may still hold. */
  inflateLeft(): number {
    return this.#inflateLeft
  }

  /** A compressed part holds so many bytes; false when they are too many to be read. */
  inflated(bytes: number): boolean {
    this.#inflateLeft -= bytes
    return this.spend(3 * bytes)
  }

  /** Bytes of text that may still be kept. */
  textLeft(): number {
    return this.#textLeft
  }

  /**
   * Counts the text that a decoded part has kept, and notes what of it was not read.
   *
   * @param isFile the part is attached, and not shown with the message
   */
  record({ keptText, textCut, unknownCharset, cut }: DecodedPart, isFile = false): void {
    this.#textLeft -= keptText
    if (textCut) this.#defects.add(isFile ? 'file-text-cut' : 'text-cut')
    if (cut) this.#defects.add('too-many-readings')
    if (unknownCharset) this.#defects.add('unknown-charset')
  }

  /** Notes that a multipart is divided at this boundary. */
  useBoundary(boundary: string): void {
    this.#boundaries.add(boundary)
  }

  isBoundary(boundary: string): boolean {
    return this.#boundaries.has(boundary)
  }

  /** Puts work off until `runDeferred`, when every boundary that all readers see is known. */
  defer(work: () => void): void {
    this.#deferred.push(work)
  }

  /** Deferred work may defer more. */
  runDeferred(): void {
    for (let work = this.#deferred.shift(); work; work = this.#deferred.shift()) work()
  }

  result(): PartList {
    return { parts: this.#parts, ambiguities: this.#ambiguities, defects: [...this.#defects] }
  }

  #isFull(): boolean {
    return this.#partsWithContent >= this.#maxParts || this.#parts.length >= PARTS_FACTOR * this.#maxParts
  }
}

/** The decoded bytes of a span as another source; undefined when that costs more than may still be spent. */
export function decodedSource(walk: Walk, source: Source, span: Span, encoding: Encoding): Source | undefined {
  if (!walk.spend(2 * (span.stop - span.start))) return undefined
  const bytes = decodeAll(source.bytes.subarray(span.start, span.stop), encoding)
  const lines = dashLines(bytes)
  if (lines.cut) walk.defect('too-many-parts')
  return { bytes, lines, place: [...source.place, { start: span.start, stop: span.stop, encoding }] }
}
