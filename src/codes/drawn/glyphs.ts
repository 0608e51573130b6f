/** Which part of its cell a character covers, in two columns and four rows: characters that drawings consist of. */

/** Columns and rows of one character. */
export const [GLYPH_WIDTH, GLYPH_HEIGHT] = [2, 4]

/** How much of each part is covered, from 0 to 1, row by row. */
export type Glyph = readonly number[]

const glyph = (rows: readonly number[], share = 1): Glyph =>
  rows.flatMap(row => [((row >> 1) & 1) * share, (row & 1) * share])

const [NONE, RIGHT, LEFT, BOTH] = [0, 1, 2, 3]
/** A whole cell. */
export const FULL: Glyph = glyph([BOTH, BOTH, BOTH, BOTH])
export const EMPTY: Glyph = glyph([NONE, NONE, NONE, NONE])

/** U+2596 to U+259F: the quadrants that are covered, as upper and lower half. */
const QUADRANTS: readonly (readonly [upper: number, lower: number])[] = [
  [NONE, LEFT],
  [NONE, RIGHT],
  [LEFT, NONE],
  [LEFT, BOTH],
  [LEFT, RIGHT],
  [BOTH, LEFT],
  [BOTH, RIGHT],
  [RIGHT, NONE],
  [RIGHT, LEFT],
  [RIGHT, BOTH],
]

const GLYPHS = new Map<number, Glyph>([
  [0x2580, glyph([BOTH, BOTH, NONE, NONE])],
  [0x2584, glyph([NONE, NONE, BOTH, BOTH])],
  [0x2588, FULL],
  [0x258c, glyph([LEFT, LEFT, LEFT, LEFT])],
  [0x2590, glyph([RIGHT, RIGHT, RIGHT, RIGHT])],
  [0x2591, glyph([BOTH, BOTH, BOTH, BOTH], 0.25)],
  [0x2592, glyph([BOTH, BOTH, BOTH, BOTH], 0.5)],
  [0x2593, glyph([BOTH, BOTH, BOTH, BOTH], 0.75)],
  ...QUADRANTS.map(([upper, lower], index) => [0x2596 + index, glyph([upper, upper, lower, lower])] as const),
  // Squares, filled and outlined, and emoji squares.
  ...[0x25a0, 0x25fc, 0x25fe, 0x25aa, 0x2b1b, 0x25cf, 0x26ab, 0x1f7e5, 0x1f7e6, 0x1f7e9, 0x1f7eb, 0x1f7ea, 0x1f532].map(
    code => [code, FULL] as const,
  ),
  ...[0x25a1, 0x25fb, 0x25fd, 0x25ab, 0x2b1c, 0x25cb, 0x26aa, 0x1f533].map(code => [code, EMPTY] as const),
  ...[0x20, 0x09, 0xa0, 0x2000, 0x2001, 0x2002, 0x2003, 0x2007, 0x2800, 0x3000].map(code => [code, EMPTY] as const),
])

/** Undefined for letters, digits and other signs. */
export function glyphOf(code: number): Glyph | undefined {
  return code > 0x2800 && code <= 0x28ff ? braille(code - 0x2800) : GLYPHS.get(code)
}

/** Dots 1 to 3 and 7 are the left column, 4 to 6 and 8 the right one (Unicode 16, chapter 21.1). */
const braille = (dots: number): Glyph => [0, 3, 1, 4, 2, 5, 6, 7].map(dot => (dots >> dot) & 1)
