/** A grey canvas on which polygons are filled. */
import type { Point } from './transform.ts'

/** Crossings of lines with rows of pixels, on one canvas: what is drawn beyond is left out. */
const MAX_CROSSINGS = 300_000

export class Canvas {
  readonly width: number
  readonly height: number
  readonly bytes: Uint8Array
  #crossings = 0

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.bytes = new Uint8Array(width * height).fill(255)
  }

  /** Fills what the polygons enclose, by the rule for overlaps that SVG names. */
  fill(polygons: readonly (readonly Point[])[], brightness: number, isEvenOdd: boolean): void {
    const rows = new Map<number, [x: number, direction: number][]>()
    for (const polygon of polygons) {
      for (const [index, from] of polygon.entries())
        this.#cross(from, polygon[(index + 1) % polygon.length] ?? from, rows)
    }
    for (const [row, crossings] of rows) {
      crossings.sort(([a], [b]) => a - b)
      let winding = 0
      for (const [index, [x, direction]] of crossings.entries()) {
        winding = isEvenOdd ? 1 - winding : winding + direction
        const next = crossings[index + 1]?.[0]
        if (winding === 0 || next === undefined) continue
        const start = row * this.width
        this.bytes.fill(brightness, start + clamp(x, this.width), start + clamp(next, this.width))
      }
    }
  }

  /** Notes where the line crosses the middles of rows. */
  #cross([x1, y1]: Point, [x2, y2]: Point, rows: Map<number, [x: number, direction: number][]>): void {
    const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)]
    const [first, last] = [Math.max(0, Math.ceil(top - 0.5)), Math.min(this.height - 1, Math.ceil(bottom - 0.5) - 1)]
    for (let row = first; row <= last; row++) {
      if (++this.#crossings > MAX_CROSSINGS) return
      const x = x1 + ((row + 0.5 - y1) / (y2 - y1)) * (x2 - x1)
      const crossing: [number, number] = [x, y2 > y1 ? 1 : -1]
      const known = rows.get(row)
      if (known) known.push(crossing)
      else rows.set(row, [crossing])
    }
  }
}

const clamp = (x: number, width: number): number => Math.min(width, Math.max(0, Math.round(x)))
