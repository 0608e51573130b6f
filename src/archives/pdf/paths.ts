/** Collects the rectangles that a page fills (ISO 32000-2 §8.5). Other shapes are left out. */
import type { Box, DrawnCodes } from './drawn-codes.ts'
import { type Matrix, type Point, transformed } from './geometry.ts'
import { numberOf, type Value } from './values.ts'

/** Points of one path, and of a part of it that can be a rectangle. */
const [MAX_POINTS, MAX_CORNERS] = [100_000, 6]

export class Paths {
  private readonly codes: DrawnCodes
  private parts: Point[][] = []
  private points = 0

  constructor(codes: DrawnCodes) {
    this.codes = codes
  }

  /** Returns whether the operator is one of a path. */
  operate(operator: string, operands: readonly Value[], transform: Matrix, isDark: boolean): boolean {
    const [x, y, width, height] = operands.map(value => numberOf(value))
    switch (operator) {
      case 're':
        this.rectangle(x ?? 0, y ?? 0, width ?? 0, height ?? 0, transform)
        return true
      case 'm':
        this.add([], transformed(x ?? 0, y ?? 0, transform))
        return true
      case 'l':
        this.add(undefined, transformed(x ?? 0, y ?? 0, transform))
        return true
      case 'c':
      case 'v':
      case 'y':
        // What has a curve is no rectangle.
        for (let corner = 0; corner < MAX_CORNERS; corner += 1) this.add(undefined, [x ?? 0, y ?? 0])
        return true
      case 'f':
      case 'F':
      case 'f*':
      case 'B':
      case 'B*':
      case 'b':
      case 'b*':
        for (const part of this.parts) this.fill(part, isDark)
        this.clear()
        return true
      case 'S':
      case 's':
      case 'n':
        this.clear()
        return true
    }
    return operator === 'h' || operator === 'W' || operator === 'W*'
  }

  private clear(): void {
    if (this.points > 0) this.parts = []
    this.points = 0
  }

  private rectangle(x: number, y: number, width: number, height: number, transform: Matrix): void {
    this.add([], transformed(x, y, transform))
    this.add(undefined, transformed(x + width, y, transform))
    this.add(undefined, transformed(x + width, y + height, transform))
    this.add(undefined, transformed(x, y + height, transform))
  }

  private add(started: Point[] | undefined, point: Point): void {
    if (this.points >= MAX_POINTS) return
    if (started !== undefined) this.parts.push(started)
    const part = this.parts.at(-1)
    if (part === undefined || part.length >= MAX_CORNERS) return
    part.push(point)
    this.points += 1
  }

  private fill(part: readonly Point[], isDark: boolean): void {
    if (part.length < 4 || part.length >= MAX_CORNERS) return
    const box = boxOf(part, isDark)
    const slack = 0.02 * Math.min(box.right - box.left, box.top - box.bottom)
    const isCorner = ([x, y]: Point) =>
      Math.min(x - box.left, box.right - x) <= slack && Math.min(y - box.bottom, box.top - y) <= slack
    if (slack > 0 && part.every(isCorner)) this.codes.fill(box)
  }
}

function boxOf(part: readonly Point[], isDark: boolean): Box {
  const [xs, ys] = [part.map(([x]) => x), part.map(([, y]) => y)]
  return { left: Math.min(...xs), bottom: Math.min(...ys), right: Math.max(...xs), top: Math.max(...ys), isDark }
}
