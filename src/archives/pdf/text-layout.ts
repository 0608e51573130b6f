/** Joins the pieces of text that a page shows to lines and words, by the places where they stand. */
import type { Matrix } from './geometry.ts'

/** A piece of text: where it begins and ends, in the units of the page. */
export interface Run {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly endX: number
  readonly endY: number
}

/** In sizes of the font: a gap of this width is a space, and a step of this height is another line. */
const SPACE = 0.17
const LINE = 0.45

export class TextLayout {
  readonly runs: Run[] = []
  private readonly pieces: string[] = []
  private length = 0
  private readonly limit: number
  private last: Run | undefined

  /** @param limit characters */
  constructor(limit: number) {
    this.limit = limit
  }

  get isFull(): boolean {
    return this.length >= this.limit
  }

  /** Adds what a text operator shows; `width` is in the units of `matrix`, which places its beginning. */
  add(text: string, width: number, size: number, matrix: Matrix): void {
    if (text === '' || this.isFull) return
    const [a, b, c, d, x, y] = matrix
    const run: Run = { text, x, y, endX: x + a * width, endY: y + b * width }
    const separator = this.separator(run, a, b, Math.hypot(c, d) * size)
    const isSpaced = separator === '' || /\s$/.test(this.pieces.at(-1) ?? '') || (separator === ' ' && text[0] === ' ')
    const piece = `${isSpaced && separator !== '\n' ? '' : separator}${text}`
    this.pieces.push(piece)
    this.length += piece.length
    this.last = run
    this.runs.push(run)
  }

  endPage(): void {
    if (this.last !== undefined) this.pieces.push('\n')
    this.last = undefined
    this.runs.length = 0
  }

  text(): string {
    return this.pieces.join('').replaceAll('\0', '').slice(0, this.limit).trimEnd()
  }

  /** The direction of the text decides what is beside it and what is below it. */
  private separator(run: Run, a: number, b: number, height: number): '' | ' ' | '\n' {
    const { last } = this
    if (last === undefined) return ''
    const [stepX, stepY] = [run.x - last.endX, run.y - last.endY]
    const scale = Math.hypot(a, b) || 1
    const along = (stepX * a + stepY * b) / scale
    const across = (stepY * a - stepX * b) / scale
    const size = height || 1
    if (Math.abs(across) > LINE * size) return '\n'
    return along > SPACE * size || along < -size ? ' ' : ''
  }
}

/** The text in a rectangle, where every piece is wholly inside or outside of it. */
export function textWithin(runs: readonly Run[], [left, bottom, right, top]: readonly number[]): string | undefined {
  if (left === undefined || bottom === undefined || right === undefined || top === undefined) return undefined
  const [low, high] = [Math.min(bottom, top) - 1, Math.max(bottom, top) + 1]
  const [from, to] = [Math.min(left, right), Math.max(left, right)]
  const slack = 0.3 * (high - low)
  let text = ''
  for (const run of runs) {
    if (run.y < low || run.y > high || run.endX < from + slack || run.x > to - slack) continue
    if (run.x < from - slack || run.endX > to + slack) return undefined
    text += run.text
  }
  return text === '' ? undefined : text.trim()
}
