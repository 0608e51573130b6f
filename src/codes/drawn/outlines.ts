/** The outlines of shapes of SVG as polygons; curves become a few straight lines. */
import { applied, type Matrix, numbersIn, type Point } from './transform.ts'
import type { Box } from './tree.ts'

export type Outline = readonly Point[]

/** Commands of one path. */
const MAX_COMMANDS = 120_000

/** @param isStroked whether lines are drawn along its edges, as wide as it says */
export function outlinesOf(box: Box, matrix: Matrix, isStroked: boolean): readonly Outline[] {
  const { name, attributes, style } = box
  const number = (key: string, without = 0): number =>
    Number.parseFloat(style.get(key) ?? attributes.get(key) ?? '') || without
  const isFilled = (style.get('fill') ?? attributes.get('fill')) !== 'none'
  const plain = (): readonly Outline[] => {
    switch (name) {
      case 'rect':
        return [rectangle(number('x'), number('y'), number('width'), number('height'))]
      case 'circle':
        return [ellipse(number('cx'), number('cy'), number('r'), number('r'))]
      case 'ellipse':
        return [ellipse(number('cx'), number('cy'), number('rx'), number('ry'))]
      case 'polygon':
        return [pairs(numbersIn(attributes.get('points') ?? ''))]
      case 'path': {
        const outlines = pathOutlines(attributes.get('d') ?? '')
        // The lines of a code are open paths: what they would enclose has no area.
        const isLines = isStroked && outlines.every(outline => outline.length === 2)
        return isLines || (isStroked && !isFilled)
          ? outlines.flatMap(outline => strokes(outline, number('stroke-width', 1)))
          : outlines
      }
      case 'line':
        return strokes(
          [
            [number('x1'), number('y1')],
            [number('x2'), number('y2')],
          ],
          number('stroke-width', 1),
        )
      default:
        return []
    }
  }
  return plain().map(outline => outline.map(point => applied(matrix, point)))
}

const rectangle = (x: number, y: number, width: number, height: number): Outline => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
]

const ellipse = (x: number, y: number, across: number, down: number): Outline =>
  Array.from({ length: 12 }, (_, index): Point => {
    const angle = (index * Math.PI) / 6
    return [x + across * Math.cos(angle), y + down * Math.sin(angle)]
  })

const pairs = (numbers: readonly number[]): Outline =>
  Array.from(
    { length: numbers.length >> 1 },
    (_, index): Point => [numbers[2 * index] ?? 0, numbers[2 * index + 1] ?? 0],
  )

/** A rectangle around each line of the outline. */
function strokes(outline: Outline, width: number): readonly Outline[] {
  return outline.slice(1).map(([x2, y2], index): Outline => {
    const [x1, y1] = outline[index] ?? [0, 0]
    const length = Math.hypot(x2 - x1, y2 - y1) || 1
    const [dx, dy] = [((y2 - y1) / length) * (width / 2), ((x1 - x2) / length) * (width / 2)]
    return [
      [x1 + dx, y1 + dy],
      [x2 + dx, y2 + dy],
      [x2 - dx, y2 - dy],
      [x1 - dx, y1 - dy],
    ]
  })
}

/** The numbers that a command takes, and which of them are its end. */
const ARGUMENTS: Readonly<Record<string, number>> = { m: 2, l: 2, t: 2, h: 1, v: 1, s: 4, q: 4, c: 6, a: 7, z: 0 }

/** SVG 2 §9.3: `M x y h w v h z`. Curves and arcs are straight lines here: their ends are what counts. */
function pathOutlines(data: string): readonly Outline[] {
  const outlines: Point[][] = []
  let outline: Point[] = []
  let [x, y, startX, startY] = [0, 0, 0, 0]
  const end = (): void => {
    if (outline.length > 1) outlines.push(outline)
    outline = []
  }
  let count = 0
  for (const [, command = '', inner = ''] of data.matchAll(COMMAND)) {
    if (++count > MAX_COMMANDS) break
    const kind = command.toLowerCase()
    const isRelative = kind === command
    const step = ARGUMENTS[kind] ?? 0
    if (kind === 'z') {
      end()
      ;[x, y] = [startX, startY]
      continue
    }
    const numbers = kind === 'a' ? arcNumbers(inner) : numbersIn(inner)
    for (let at = 0; at + step <= numbers.length; at += step) {
      const last = numbers[at + step - 1] ?? 0
      const before = numbers[at + step - 2] ?? 0
      const [fromX, fromY] = isRelative ? [x, y] : [0, 0]
      if (kind === 'h') x = fromX + last
      else if (kind === 'v') y = fromY + last
      else [x, y] = [fromX + before, fromY + last]
      if (kind === 'm' && at === 0) {
        end()
        ;[startX, startY] = [x, y]
      } else if (outline.length === 0) outline.push([startX, startY])
      outline.push([x, y])
    }
  }
  end()
  return outlines
}

const COMMAND = /([mlhvzcsqta])([^mlhvzcsqta]*)/gi

/** The flags of an arc may be written without blanks: `a1 1 0 01 2 2`. */
const arcNumbers = (inner: string): readonly number[] => {
  const numbers = numbersIn(inner)
  return numbers.length % 7 === 0 ? numbers : numbersIn(inner.replace(/([\s,])([01])([01])/g, '$1$2 $3 '))
}
