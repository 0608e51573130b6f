/** Places the cells of a table: columns as wide as their cells say, spans over columns and rows. */
import { type Placer, type Size, sizeOf } from './box-size.ts'
import { type Box, isCell, lengthOf } from './tree.ts'

/** Columns and rows of one table, and pixels of a column that says nothing. */
const [MAX_SPAN, MAX_COLUMNS, DEFAULT_SIDE] = [400, 800, 10]

interface PlacedCell {
  readonly box: Box
  readonly column: number
  readonly row: number
  readonly columns: number
  readonly rows: number
}

export function placeTable(layout: Placer, table: Box, x: number, y: number, width: number | undefined): Size {
  const rows = rowsOf(table)
  const cells = cellsOf(rows)
  const columns = widthsOf(table, cells, width)
  const heights = heightsOf(rows, cells)
  const [lefts, tops] = [edgesOf(columns), edgesOf(heights)]
  for (const { box, column, row, columns: across, rows: down } of cells) {
    const [left, top] = [lefts[column] ?? 0, tops[row] ?? 0]
    const right = lefts[Math.min(column + across, lefts.length - 1)] ?? left
    const bottom = tops[Math.min(row + down, tops.length - 1)] ?? top
    const brightness = box.paper
    if (box.isPainted || rows[row]?.isPainted) {
      const size = { width: right - left, height: bottom - top }
      layout.rectangles.push({ x: x + left, y: y + top, ...size, brightness, isCell: isCell(box) })
    }
    if (!isCell(box)) for (const child of box.children) layout.place(child, x + left, y + top, right - left)
  }
  return { width: lefts.at(-1) ?? 0, height: tops.at(-1) ?? 0 }
}

/** The rows of a table and of its groups. */
function rowsOf(table: Box): readonly Box[] {
  return table.children.flatMap(child =>
    child.name === 'tr' ? [child] : GROUPS.has(child.name) ? child.children.filter(({ name }) => name === 'tr') : [],
  )
}

const GROUPS: ReadonlySet<string> = new Set(['tbody', 'thead', 'tfoot'])

function cellsOf(rows: readonly Box[]): readonly PlacedCell[] {
  const cells: PlacedCell[] = []
  /** Until which row a column is taken by a cell above. */
  const taken: number[] = []
  for (const [row, { children }] of rows.entries()) {
    let column = 0
    for (const box of children) {
      if (box.name !== 'td' && box.name !== 'th') continue
      while ((taken[column] ?? 0) > row) column++
      if (column >= MAX_COLUMNS) break
      const [columns, down] = [spanOf(box, 'colspan'), spanOf(box, 'rowspan')]
      cells.push({ box, column, row, columns, rows: down })
      if (down > 1) for (let each = column; each < column + columns; each++) taken[each] = row + down
      column += columns
    }
  }
  return cells
}

const spanOf = ({ attributes }: Box, name: string): number =>
  Math.min(MAX_SPAN, Math.max(1, Number.parseInt(attributes.get(name) ?? '1', 10) || 1))

/** By the cells of one column, else by equal parts of wider cells, else by equal parts of the table. */
function widthsOf(table: Box, cells: readonly PlacedCell[], offered: number | undefined): readonly number[] {
  const count = Math.min(MAX_COLUMNS, Math.max(0, ...cells.map(({ column, columns }) => column + columns)))
  const widths = new Array<number | undefined>(count)
  for (const { box, column, columns } of cells) {
    const width = sizeOf(box, offered).width ?? contentOf(box, 'width')
    if (width === undefined) continue
    for (let each = column; each < Math.min(count, column + columns); each++) {
      if (widths[each] === undefined || columns === 1) widths[each] = width / columns
    }
  }
  const whole = lengthOf(table, 'width')
  const rest = whole === undefined ? DEFAULT_SIDE : whole / count
  // Where each column says the same, it is taken; where none does, each has its part.
  return Array.from(widths, width => width ?? commonOf(widths) ?? rest)
}

function heightsOf(rows: readonly Box[], cells: readonly PlacedCell[]): readonly number[] {
  const heights = rows.map(row => sizeOf(row, undefined).height)
  for (const { box, row, rows: down } of cells) {
    const height = sizeOf(box, undefined).height ?? contentOf(box, 'height')
    if (height !== undefined && down === 1) heights[row] = Math.max(heights[row] ?? 0, height)
  }
  const common = commonOf(heights) ?? DEFAULT_SIDE
  return heights.map(height => height ?? common)
}

/** What the first box in a cell says about its size. */
function contentOf({ children }: Box, side: 'width' | 'height'): number | undefined {
  const child = children.find(({ name }) => name !== '')
  return child && sizeOf(child, undefined)[side]
}

const commonOf = (lengths: readonly (number | undefined)[]): number | undefined =>
  lengths.find(length => length !== undefined)

function edgesOf(lengths: readonly number[]): readonly number[] {
  const edges = [0]
  for (const length of lengths) edges.push((edges.at(-1) ?? 0) + length)
  return edges
}
