/** Finds what looks like a code to scan in a page or a plain text: drawn in characters, boxes or shapes of SVG. */
import { tokenize } from '../../html/tokens.ts'
import type { Picture } from '../picture.ts'
import { boxDrawings } from './boxes.ts'
import { linesOf } from './lines.ts'
import { type Drawing, pictureOf } from './matrix.ts'
import { svgPictures } from './svg.ts'
import { cellsOf, drawingsIn } from './text.ts'
import { TreeBuilder } from './tree.ts'

/** Characters of a page that are read as drawings. A table of the largest code has a megabyte. */
const MAX_LENGTH = 1_048_576

/** Linear, in slices, so that the event loop is never blocked. */
export async function drawnInPage(html: string): Promise<readonly Picture[]> {
  const builder = new TreeBuilder()
  // The path of a code in SVG has some thousand characters.
  await tokenize(html.slice(0, MAX_LENGTH), builder, { maxValue: MAX_LENGTH })
  builder.end()
  const drawings = [...boxDrawings(builder.root), ...drawingsIn(linesOf(builder.root))]
  return [...picturesOf(drawings), ...svgPictures(builder.svgs)]
}

export const drawnInText = (text: string): readonly Picture[] =>
  picturesOf(drawingsIn(lines(text.slice(0, MAX_LENGTH))))

function* lines(text: string): Generator<ReturnType<typeof cellsOf>> {
  for (const line of text.split('\n')) yield cellsOf(line)
}

const picturesOf = (drawings: readonly Drawing[]): readonly Picture[] =>
  drawings.flatMap(drawing => pictureOf(drawing) ?? [])
