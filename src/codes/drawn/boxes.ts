/** Finds drawings of boxes in a page: tables, grids and rows of small painted boxes without text. */
import type { Rectangle } from './box-size.ts'
import { Layout } from './layout.ts'
import type { Drawing } from './matrix.ts'
import type { Box } from './tree.ts'

/** Boxes of a drawing: the smallest code has 105 runs of dark modules. A row of the largest has 177 modules. */
const [MIN_CELLS, MAX_ROW] = [60, 190]
/** Drawings of one page. */
const MAX_DRAWINGS = 4
/** Columns and rows of one drawing. */
const MAX_SIDE = 400

/** Linear in the boxes. */
export function boxDrawings(root: Box): readonly Drawing[] {
  return containersIn(root)
    .slice(0, MAX_DRAWINGS)
    .flatMap(box => {
      const layout = new Layout()
      layout.place(box, 0, 0, undefined)
      const drawing = drawingOf(layout.rectangles)
      return drawing ? [drawing] : []
    })
}

/** The innermost elements with so many boxes that they are no row of a drawing. */
function containersIn(box: Box): readonly Box[] {
  if (box.cells < MIN_CELLS) return []
  const inner = box.children.filter(({ name, cells }) => cells > MAX_ROW && name !== 'tr')
  if (inner.length > 0) return inner.flatMap(containersIn)
  const [only, ...others] = box.children.filter(({ cells }) => cells >= MIN_CELLS)
  // One element that holds nearly all of them, such as a table in a page.
  return only && others.length === 0 && only.cells * 5 > box.cells * 4 ? containersIn(only) : [box]
}

function drawingOf(rectangles: readonly Rectangle[]): Drawing | undefined {
  const cells = rectangles.filter(({ isCell, width, height }) => isCell && width > 0 && height > 0)
  if (cells.length < MIN_CELLS) return undefined
  const [across, down] = [pitchOf(cells.map(({ x }) => x)), pitchOf(cells.map(({ y }) => y))]
  if (across === undefined || down === undefined) return undefined
  const left = Math.min(...cells.map(({ x }) => x))
  const top = Math.min(...cells.map(({ y }) => y))
  const columns = Math.round((Math.max(...cells.map(({ x, width }) => x + width)) - left) / across)
  const rows = Math.round((Math.max(...cells.map(({ y, height }) => y + height)) - top) / down)
  if (columns > MAX_SIDE || rows > MAX_SIDE) return undefined
  const drawing = Array.from({ length: rows }, () => new Array<number | undefined>(columns).fill(undefined))
  for (const { x, y, width, height, brightness } of rectangles) {
    const from = Math.max(0, Math.round((x - left) / across))
    const to = Math.min(columns, Math.max(from + 1, Math.round((x + width - left) / across)))
    const start = Math.max(0, Math.round((y - top) / down))
    const stop = Math.min(rows, Math.max(start + 1, Math.round((y + height - top) / down)))
    for (let row = start; row < stop; row++) drawing[row]?.fill(brightness, from, to)
  }
  return drawing
}

/** The distance of two columns: the mean of the most frequent ones, because every column begins somewhere. */
function pitchOf(starts: readonly number[]): number | undefined {
  const places = [...new Set(starts.map(start => Math.round(start * 100) / 100))].toSorted((a, b) => a - b)
  const distances = places.slice(1).map((place, index) => place - (places[index] ?? 0))
  const counts = Map.groupBy(distances, distance => Math.round(distance * 5))
  const [most = []] = [...counts.values()].toSorted((a, b) => b.length - a.length)
  return most.length === 0 ? undefined : most.reduce((sum, distance) => sum + distance, 0) / most.length
}
