/** Finds drawings in lines of characters: consecutive lines of block characters, or of one sign and blanks. */

import { EMPTY, FULL, GLYPH_HEIGHT, GLYPH_WIDTH, type Glyph, glyphOf } from './glyphs.ts'
import type { Drawing } from './matrix.ts'

/** One character, with the brightness of its ink and its paper. */
export interface Cell {
  readonly code: number
  readonly ink: number
  readonly paper: number
}

export type Line = readonly Cell[]

/** Lines and characters of a drawing: half blocks have two modules in a line, braille four, and eight a character. */
const [MIN_LINES, MAX_LINES, MIN_LENGTH, MAX_LENGTH] = [6, 400, 6, 800]
/** Drawings of one text, and other signs than block characters in one. */
const [MAX_DRAWINGS, MAX_SIGNS] = [4, 2]

export const cellsOf = (text: string, ink = 0, paper = 255): Line =>
  Array.from(text, character => ({ code: character.codePointAt(0) ?? 0, ink, paper }))

/** Linear in the text. */
export function drawingsIn(lines: Iterable<Line>): readonly Drawing[] {
  const found: Drawing[] = []
  let block: Line[] = []
  const end = (): void => {
    if (block.length >= MIN_LINES && block.length <= MAX_LINES && found.length < MAX_DRAWINGS) found.push(drawn(block))
    block = []
  }
  for (const line of lines) {
    const cells = withoutEnds(line)
    if (isDrawn(cells)) block.push(cells)
    else end()
  }
  end()
  return found
}

/** Without line ends and invisible characters. */
const withoutEnds = (line: Line): Line => (line.some(isInvisible) ? line.filter(cell => !isInvisible(cell)) : line)

const isInvisible = ({ code }: Cell): boolean =>
  code === 10 ||
  code === 13 ||
  code === 0xfe0e ||
  code === 0xfe0f ||
  (code >= 0x200b && code <= 0x200f) ||
  code === 0x2060

function isDrawn(line: Line): boolean {
  if (line.length < MIN_LENGTH || line.length > MAX_LENGTH) return false
  const signs = new Set<number>()
  for (const { code } of line) if (glyphOf(code) === undefined && signs.add(code).size > MAX_SIGNS) return false
  return true
}

/** Of two other signs the more frequent one is read as paper: a reader of codes tries both. */
function drawn(lines: readonly Line[]): Drawing {
  const counts = new Map<number, number>()
  for (const line of lines) {
    for (const { code } of line) if (glyphOf(code) === undefined) counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  const [first, second] = [...counts].toSorted(([, a], [, b]) => b - a).map(([code]) => code)
  const hasBlanks = lines.some(line => line.some(({ code }) => glyphOf(code) === EMPTY))
  const paperSign = second !== undefined && !hasBlanks ? first : undefined
  const glyph = (code: number): Glyph => glyphOf(code) ?? (code === paperSign ? EMPTY : FULL)
  return lines.flatMap(line =>
    Array.from({ length: GLYPH_HEIGHT }, (_, row) =>
      line.flatMap(({ code, ink, paper }) =>
        Array.from({ length: GLYPH_WIDTH }, (_, column) => {
          const share = glyph(code)[row * GLYPH_WIDTH + column] ?? 0
          return paper + (ink - paper) * share
        }),
      ),
    ),
  )
}
