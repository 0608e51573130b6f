/** Codes to scan that a page draws with filled rectangles instead of a picture. */
import { setImmediate } from 'node:timers/promises'
import type { DocumentPicture } from '../inspection.ts'

/** A filled rectangle in the units of the page. */
export interface Box {
  readonly left: number
  readonly bottom: number
  readonly right: number
  readonly top: number
  readonly isDark: boolean
}

/** Rectangles that are kept of one drawing; a drawing of fewer is no code. */
const [MAX_BOXES, MIN_BOXES] = [20_000, 40]
const MAX_CODES = 4
/** Modules on a side, with room for codes whose edges are not exact. */
const [MIN_MODULES, MAX_MODULES] = [20, 180]
/** Pixels of a module, and modules of white around the code. */
const [PIXELS, MARGIN] = [4, 4]

export class DrawnCodes {
  private drawing: Box[] = []
  private readonly drawings: Box[][] = []

  fill(box: Box): void {
    if (this.drawing.length < MAX_BOXES) this.drawing.push(box)
  }

  /** What is drawn before a text and after it is not one code. */
  end(): void {
    if (this.drawing.length >= MIN_BOXES && this.drawings.length < MAX_CODES) this.drawings.push(this.drawing)
    if (this.drawing.length > 0) this.drawing = []
  }

  async pictures(): Promise<readonly DocumentPicture[]> {
    this.end()
    const found: DocumentPicture[] = []
    for (const drawing of this.drawings) {
      const picture = pictureOf(drawing)
      if (picture !== undefined) found.push(picture)
      await setImmediate()
    }
    return found
  }
}

/** Undefined where the dark rectangles are not nearly a square of modules. */
function pictureOf(boxes: readonly Box[]): DocumentPicture | undefined {
  const sides = boxes.flatMap(box => (box.isDark ? [Math.min(box.right - box.left, box.top - box.bottom)] : []))
  const module = sides.toSorted((one, other) => one - other)[sides.length >> 3] ?? 0
  if (sides.length < MIN_BOXES || module <= 0) return undefined
  const code = outline(boxes.filter(box => box.isDark))
  const [columns, rows] = [(code.right - code.left) / module, (code.top - code.bottom) / module]
  const isSquare = columns / rows > 0.8 && columns / rows < 1.25
  if (!isSquare || columns < MIN_MODULES || columns > MAX_MODULES || rows > MAX_MODULES) return undefined
  const [width, height] = [columns, rows].map(count => Math.round((count + 2 * MARGIN) * PIXELS)) as [number, number]
  const bytes = Buffer.alloc(width * height, 255)
  const pixel = (length: number): number => Math.round((length / module + MARGIN) * PIXELS)
  for (const { left, right, top, bottom, isDark } of boxes) {
    const [from, to] = [Math.max(0, pixel(left - code.left)), Math.min(width, pixel(right - code.left))]
    const [first, last] = [Math.max(0, pixel(code.top - top)), Math.min(height, pixel(code.top - bottom))]
    if (from >= to) continue
    for (let y = first; y < last; y += 1) bytes.fill(isDark ? 0 : 255, y * width + from, y * width + to)
  }
  return { format: 'gray', bytes, width, height }
}

function outline(boxes: readonly Box[]): Omit<Box, 'isDark'> {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const box of boxes) {
    left = Math.min(left, box.left)
    bottom = Math.min(bottom, box.bottom)
    right = Math.max(right, box.right)
    top = Math.max(top, box.top)
  }
  return { left, bottom, right, top }
}
