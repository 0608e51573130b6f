/** Places the boxes of a drawing as a browser does, as far as codes need it: tables, grids, rows, floats. */
import { type Placer, type Rectangle, type Size, sizeOf } from './box-size.ts'
import { placeTable } from './table.ts'
import { type Box, isCell, lengthOf } from './tree.ts'

/** A character of a font of 16 pixels. */
const [CHARACTER_WIDTH, LINE_HEIGHT] = [8, 16]
/** Columns that a grid names. */
const MAX_COLUMNS = 400

export class Layout implements Placer {
  readonly rectangles: Rectangle[] = []

  /** Paints the box with its corner at `x`, `y`, and returns its size. `width` is what its container offers. */
  place(box: Box, x: number, y: number, width: number | undefined): Size {
    const { name, text, style } = box
    if (name === '')
      return {
        width: CHARACTER_WIDTH * text.length,
        height: text.trim() === '' && box.isPreformatted ? 0 : LINE_HEIGHT,
      }
    if (style.get('display') === 'none' || style.get('visibility') === 'hidden') return NOTHING
    const own = sizeOf(box, width)
    const mark = this.#paint(box, x, y)
    const content = this.#placeContent(box, x, y, own.width ?? width)
    const size = {
      width: own.width ?? (isInline(box) || name === 'td' || name === 'th' ? content.width : (width ?? content.width)),
      height: own.height ?? content.height,
    }
    if (mark !== undefined) this.rectangles[mark] = { ...(this.rectangles[mark] as Rectangle), ...size }
    return size
  }

  /** A box is painted before what lies in it; its size is known afterwards. */
  #paint(box: Box, x: number, y: number): number | undefined {
    if (!box.isPainted) return undefined
    return this.rectangles.push({ x, y, width: 0, height: 0, brightness: box.paper, isCell: isCell(box) }) - 1
  }

  #placeContent(box: Box, x: number, y: number, width: number | undefined): Size {
    const { name, style } = box
    if (name === 'table') return placeTable(this, box, x, y, width)
    const display = style.get('display') ?? ''
    if (display.includes('grid')) return this.#placeGrid(box, x, y, width)
    const isColumn = display.includes('flex') && style.get('flex-direction')?.startsWith('column') === true
    return this.#placeFlow(box, x, y, { width, isRow: display.includes('flex') && !isColumn })
  }

  /** Boxes beside each other, which begin a new row where they reach the width, and blocks below each other. */
  #placeFlow(
    { children }: Box,
    x: number,
    y: number,
    { width, isRow }: { readonly width: number | undefined; readonly isRow: boolean },
  ): Size {
    const flow = { x: 0, y: 0, rowHeight: 0, width: 0 }
    const endRow = (): void => {
      flow.y += flow.rowHeight
      flow.x = flow.rowHeight = 0
    }
    for (const child of children) {
      const { style } = child
      const position = style.get('position')
      if (position === 'absolute' || position === 'fixed') {
        this.place(child, x + (lengthOf(child, 'left') ?? 0), y + (lengthOf(child, 'top') ?? 0), undefined)
        continue
      }
      if (child.name === 'br') {
        endRow()
        continue
      }
      const isBeside = isRow || isInline(child)
      if (!isBeside || style.get('clear') === 'both' || style.get('clear') === 'left') endRow()
      const expected = isBeside ? sizeOf(child, width).width : undefined
      if (expected !== undefined && width !== undefined && flow.x > 0 && flow.x + expected > width + SLACK) endRow()
      const offset = lengthOf(child, 'margin-left') ?? 0
      const size = this.place(child, x + flow.x + offset, y + flow.y, isBeside ? undefined : width)
      flow.x += size.width + offset
      flow.rowHeight = Math.max(flow.rowHeight, size.height)
      flow.width = Math.max(flow.width, flow.x)
      if (!isBeside) endRow()
    }
    endRow()
    return { width: flow.width, height: flow.y }
  }

  #placeGrid(box: Box, x: number, y: number, width: number | undefined): Size {
    const { children, style } = box
    const cells = children.filter(({ name }) => name !== '')
    const columns = columnsOf(style.get('grid-template-columns') ?? '') ?? Math.round(Math.sqrt(cells.length))
    const first = cells[0] ? sizeOf(cells[0], undefined) : {}
    const side = width !== undefined ? width / columns : (first.width ?? DEFAULT_SIDE)
    const height = first.height ?? side
    let [row, column] = [1, 1]
    for (const cell of cells) {
      const [[atColumn, span], [atRow, rows]] = areaOf(cell)
      if (atRow !== undefined) row = atRow
      if (atColumn !== undefined) column = atColumn
      else if (column + span - 1 > columns) [row, column] = [row + 1, 1]
      if (cell.isPainted) {
        const [left, top] = [x + (column - 1) * side, y + (row - 1) * height]
        const size = { width: span * side, height: rows * height }
        this.rectangles.push({ x: left, y: top, ...size, brightness: cell.paper, isCell: true })
      }
      column += span
    }
    return { width: columns * side, height: row * height }
  }
}

const NOTHING: Size = { width: 0, height: 0 }
/** Widths are rounded: 33 cells of 3.03 % are less than the whole. */
const SLACK = 0.5
const DEFAULT_SIDE = 10

const INLINE: ReadonlySet<string> = new Set(
  'span i b u s em strong font a img code small label big tt mark q del ins abbr'.split(' '),
)

function isInline({ name, style }: Box): boolean {
  const [display, float] = [style.get('display'), style.get('float')]
  if (name === '' || float === 'left' || float === 'right') return true
  if (display === undefined) return INLINE.has(name)
  return display.startsWith('inline') || display === 'table-cell'
}

/** `repeat(21, 4px)`, `4px 4px 4px`. */
function columnsOf(template: string): number | undefined {
  const repeated = /^repeat\(\s*(\d{1,3})\s*,/.exec(template)?.[1]
  const count =
    repeated === undefined ? template.split(/\s+/, MAX_COLUMNS).filter(one => one !== '').length : Number(repeated)
  return count > 1 ? count : undefined
}

type GridLine = readonly [start: number | undefined, span: number]

/** Column and row of a cell: `grid-area: row / column / row end / column end`, or each apart. */
function areaOf({ style }: Box): readonly [column: GridLine, row: GridLine] {
  const [row = '', column = '', rowEnd = '', columnEnd = ''] = style.get('grid-area')?.split('/', 4) ?? []
  return [
    lineOf(style.get('grid-column') ?? `${column}/${columnEnd}`),
    lineOf(style.get('grid-row') ?? `${row}/${rowEnd}`),
  ]
}

/** `3`, `3 / 5`, `span 2`, `3 / span 2`: where it begins, and how many it covers. */
function lineOf(value: string): GridLine {
  const [from = '', to = ''] = value.split('/', 2).map(part => part.trim())
  const span = Number(/^span\s+(\d{1,3})$/.exec(to || from)?.[1] ?? 'NaN')
  const start = /^\d{1,3}$/.test(from) ? Number(from) : undefined
  const stop = /^\d{1,3}$/.test(to) ? Number(to) : undefined
  if (Number.isFinite(span)) return [start, span]
  return [start, start !== undefined && stop !== undefined && stop > start ? stop - start : 1]
}
