/** Draws the shapes of an SVG picture in black and white: rectangles, paths and circles, moved, scaled and turned. */

import { parseColour } from '../../html/css/colour.ts'
import type { Picture } from '../picture.ts'
import { Canvas } from './canvas.ts'
import { type Outline, outlinesOf } from './outlines.ts'
import { identity, type Matrix, multiplied, type Point, transformIn } from './transform.ts'
import { type Box, brightness } from './tree.ts'

/** Pictures of one page, and pixels of a side. */
const [MAX_PICTURES, SIDE] = [4, 600]

export const svgPictures = (roots: readonly Box[]): readonly Picture[] =>
  roots.slice(0, MAX_PICTURES).flatMap(root => new SvgDrawing(root).picture() ?? [])

interface Shape {
  readonly outlines: readonly Outline[]
  readonly brightness: number
  readonly isEvenOdd: boolean
}

/** A quiet zone. */
const MARGIN = 40
/** Elements that are drawn, those that are drawn again among them, and depth of elements that refer to others. */
const [MAX_ELEMENTS, MAX_DEPTH] = [60_000, 200]

class SvgDrawing {
  readonly #shapes: Shape[] = []
  readonly #root: Box
  readonly #byId: ReadonlyMap<string, Box>
  #elements = 0

  constructor(root: Box) {
    this.#root = root
    this.#byId = idsIn(root)
  }

  /** Undefined where nothing is drawn. */
  picture(): Picture | undefined {
    for (const child of this.#root.children) this.#draw(child, identity, 0, 0)
    const points = this.#shapes.flatMap(({ outlines }) => outlines.flat())
    const [left, top, right, bottom] = boundsOf(points)
    const scale = SIDE / Math.max(right - left, bottom - top)
    if (!Number.isFinite(scale) || scale <= 0) return undefined
    const canvas = new Canvas(
      Math.ceil((right - left) * scale) + 2 * MARGIN,
      Math.ceil((bottom - top) * scale) + 2 * MARGIN,
    )
    for (const { outlines, brightness, isEvenOdd } of this.#shapes) {
      const placed = outlines.map(outline =>
        outline.map(([x, y]) => [(x - left) * scale + MARGIN, (y - top) * scale + MARGIN] as const),
      )
      canvas.fill(placed, brightness, isEvenOdd)
    }
    const { bytes, width, height } = canvas
    return { kind: 'gray', bytes, width, height }
  }

  /** @param inherited the brightness with which shapes are filled; undefined where they are not */
  #draw(box: Box, outer: Matrix, inherited: number | undefined, depth: number): void {
    const { name, attributes, style, children } = box
    const read = (key: string): string | undefined => style.get(key) ?? attributes.get(key)?.trim().toLowerCase()
    if (++this.#elements > MAX_ELEMENTS || depth > MAX_DEPTH) return
    if (NOT_DRAWN.has(name) || read('display') === 'none') return
    const matrix = multiplied(outer, transformIn(attributes.get('transform') ?? style.get('transform') ?? ''))
    const written = read('fill')
    const fill =
      written === 'none' ? undefined : written === undefined ? inherited : (brightness(parseColour(written)) ?? 0)
    if (name === 'use') {
      this.#drawAgain(box, matrix, fill, depth)
      return
    }
    const stroke = read('stroke')
    const isStroked = stroke !== undefined && stroke !== 'none'
    const outlines = outlinesOf(box, matrix, isStroked)
    if (outlines.length > 0 && (fill !== undefined || isStroked)) {
      const value = isStroked ? (brightness(parseColour(stroke)) ?? 0) : (fill ?? 0)
      this.#shapes.push({ outlines, brightness: value, isEvenOdd: read('fill-rule') === 'evenodd' })
    }
    for (const child of children) this.#draw(child, matrix, fill, depth + 1)
  }

  #drawAgain({ attributes }: Box, matrix: Matrix, fill: number | undefined, depth: number): void {
    const id = (attributes.get('href') ?? attributes.get('xlink:href') ?? '').replace('#', '')
    const target = this.#byId.get(id)
    const [x = 0, y = 0] = ['x', 'y'].map(key => Number.parseFloat(attributes.get(key) ?? '0'))
    const moved = multiplied(matrix, [1, 0, 0, 1, x, y])
    for (const box of target?.name === 'symbol' ? target.children : target ? [target] : []) {
      this.#draw(box, moved, fill, depth + 1)
    }
  }
}

const NOT_DRAWN: ReadonlySet<string> = new Set('defs symbol clippath mask pattern style title desc metadata'.split(' '))

function boundsOf(points: readonly Point[]): readonly [left: number, top: number, right: number, bottom: number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
  }
  return [left, top, right, bottom]
}

function idsIn(root: Box): ReadonlyMap<string, Box> {
  const found = new Map<string, Box>()
  const visit = (box: Box): void => {
    const id = box.attributes.get('id')
    if (id !== undefined) found.set(id, box)
    for (const child of box.children) visit(child)
  }
  visit(root)
  return found
}
