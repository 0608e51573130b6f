/**
 * The visible text in the order in which a reader sees it. Letters that are written from right to left by an override
 * (UAX #9), elements in a reversed row, and letters that float to the right are put in their order.
 */
import { CollapsedText } from './collapsed-text.ts'
import type { Order } from './elements.ts'

/** Elements in each other that change the order; deeper ones stay in the order of the page. */
const MAX_FRAMES = 16
/** Characters of a piece of a word or a line; longer ones are columns of a page, which are read one after another. */
const MAX_PIECE_LENGTH = 12

interface Frame {
  readonly kind: 'letters' | 'row' | 'floats'
  /** The number of open elements inside of which it lasts. */
  readonly depth: number
  readonly pieces: string[]
  /** Of floats: the text that comes belongs to an element that floats. */
  inPiece: boolean
}

export class VisibleOrder {
  readonly #text = new CollapsedText()
  readonly #frames: Frame[] = []

  /** An element begins. @param depth the number of open elements, this one included */
  enter(order: Order, depth: number): void {
    this.#close(depth - 1)
    const top = this.#frames.at(-1)
    if (top && top.kind !== 'letters' && top.depth === depth - 1) {
      top.inPiece = top.kind === 'row' || order.floatsRight
      if (top.inPiece) top.pieces.push('')
    } else if (order.floatsRight) this.#push({ kind: 'floats', depth: depth - 1, pieces: [''], inPiece: true })
    if (order.reversed) this.#push({ kind: 'row', depth, pieces: [''], inPiece: true })
    if (order.override && (order.direction === 'rtl') !== this.#isReversed())
      this.#push({ kind: 'letters', depth, pieces: [''], inPiece: true })
  }

  /** An element has ended. @param depth the number of elements that are still open */
  leave(depth: number): void {
    this.#close(depth)
    const top = this.#frames.at(-1)
    if (top?.kind === 'floats' && depth <= top.depth) top.inPiece = false
  }

  addText(text: string): void {
    let top = this.#frames.at(-1)
    if (top === undefined) {
      this.#text.addText(text)
      return
    }
    if (!top.inPiece) {
      if (text.trim() === '') return
      this.#pop()
      top = this.#frames.at(-1)
    }
    this.#add(text.replace(/\s+/g, ' '), top)
  }

  endLine(): void {
    const top = this.#frames.at(-1)
    if (top === undefined) this.#text.endLine()
    else if (top.inPiece) this.#add('\n', top)
  }

  toString(): string {
    while (this.#frames.length > 0) this.#pop()
    return this.#text.toString()
  }

  /** Whether letters are written from right to left here. */
  #isReversed(): boolean {
    return this.#frames.filter(({ kind }) => kind === 'letters').length % 2 === 1
  }

  #push(frame: Frame): void {
    if (this.#frames.length < MAX_FRAMES) this.#frames.push(frame)
  }

  #close(depth: number): void {
    for (let top = this.#frames.at(-1); top && top.depth > depth; top = this.#frames.at(-1)) this.#pop()
  }

  #pop(): void {
    const frame = this.#frames.pop()
    if (frame) this.#add(inOrder(frame), this.#frames.at(-1))
  }

  #add(text: string, frame: Frame | undefined): void {
    if (frame) {
      frame.pieces[frame.pieces.length - 1] += text
      return
    }
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) this.#text.endLine()
      this.#text.addText(line)
    }
  }
}

function inOrder({ kind, pieces }: Frame): string {
  if (kind === 'letters') return pieces.join('').split('\n').map(reversed).join('\n')
  const isColumn = pieces.some(piece => piece.trim().length > MAX_PIECE_LENGTH)
  if (isColumn) return (kind === 'row' ? pieces.toReversed() : pieces).join('\n')
  return pieces.toReversed().join('').replaceAll('\n', '')
}

/** Parentheses, brackets, braces, angles and quotation marks, each before its counterpart. */
const PAIRS = '()[]{}<>«»'
const MIRRORED: ReadonlyMap<number, number> = new Map(
  Array.from(PAIRS, (mark, index) => [mark.charCodeAt(0), PAIRS.charCodeAt(index ^ 1)] as const),
)

/** The text from its last character to its first, with parentheses turned round. */
export function reversed(text: string): string {
  const units = new Uint16Array(text.length)
  for (let from = 0, to = text.length - 1; from < text.length; from += 1, to -= 1) {
    const code = text.charCodeAt(from)
    if (isHigh(code) && to > 0) {
      // The two halves of a character stay in their order.
      units[to - 1] = code
      units[to] = text.charCodeAt(from + 1)
      from += 1
      to -= 1
    } else units[to] = MIRRORED.get(code) ?? code
  }
  return Buffer.from(units.buffer).toString('utf16le')
}

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00

/** Passages that are put in order; an honest text has hardly one. */
const MAX_OVERRIDES = 500
/** What ends a passage: U+202C, another override, or the end of the line. */
const END_OF_OVERRIDE = /[\u202c-\u202e\n]|$/g

/** The text with each passage after a right-to-left override (U+202E) in the order in which it is seen. */
export function overridden(text: string): string {
  const pieces: string[] = []
  let done = 0
  for (
    let at = text.indexOf('\u202e');
    at >= 0 && pieces.length < 2 * MAX_OVERRIDES;
    at = text.indexOf('\u202e', done)
  ) {
    END_OF_OVERRIDE.lastIndex = at + 1
    const end = END_OF_OVERRIDE.exec(text)?.index ?? text.length
    pieces.push(text.slice(done, at + 1), reversed(text.slice(at + 1, end)))
    done = end
  }
  return done === 0 ? text : pieces.join('') + text.slice(done)
}
