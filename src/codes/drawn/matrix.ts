/** Makes pictures of drawings: one pixel row a row of modules, whatever sizes they were drawn in. */
import type { Picture } from '../picture.ts'

/** Brightness from 0 (black) to 255 by row; undefined where nothing is drawn, which is as bright as the page. */
export type Drawing = readonly (readonly (number | undefined)[])[]

/** Modules of a side: the smallest code has 11 (Micro QR), the largest 177, and a quiet zone. */
const [MIN_SIDE, MAX_SIDE] = [11, 230]
/** Pixels of one module, and modules of the quiet zone around them. */
const [SCALE, QUIET] = [4, 4]

/**
 * The drawing as a picture, or undefined where it is too small or too large for a code, or has one brightness alone.
 * Runs of equal cells have the length of one module or a multiple of it: modules become squares again.
 */
export function pictureOf(drawing: Drawing): Picture | undefined {
  const width = Math.max(0, ...drawing.map(row => row.length))
  const dark = darkness(drawing, width)
  if (dark === undefined) return undefined
  const [columns, rows] = [steps(runsOf(dark)), steps(runsOf(transposed(dark, width)))]
  if (columns === 0 || rows === 0) return undefined
  const modules = dark.filter((_, y) => y % rows === 0).map(row => row.filter((_, x) => x % columns === 0))
  const size = modules[0]?.length ?? 0
  if (Math.min(size, modules.length) < MIN_SIDE || Math.max(size, modules.length) > MAX_SIDE) return undefined
  return scaled(modules, size)
}

/** Whether each cell is darker than the middle between the darkest and the brightest. */
function darkness(drawing: Drawing, width: number): readonly (readonly boolean[])[] | undefined {
  let [darkest, brightest] = [255, 0]
  for (const row of drawing) {
    for (const value of row) {
      if (value === undefined) continue
      if (value < darkest) darkest = value
      if (value > brightest) brightest = value
    }
  }
  const page = brightest - darkest < MIN_CONTRAST ? (darkest < 128 ? 255 : 0) : brightest
  const middle = (Math.min(darkest, page) + Math.max(brightest, page)) / 2
  if (brightest < darkest) return undefined
  return drawing.map(row => Array.from({ length: width }, (_, x) => (row[x] ?? page) < middle))
}

/** What a person and a camera can tell apart. */
const MIN_CONTRAST = 12

const transposed = (rows: readonly (readonly boolean[])[], width: number): readonly (readonly boolean[])[] =>
  Array.from({ length: width }, (_, x) => rows.map(row => row[x] === true))

/** The lengths of runs of equal cells. */
function runsOf(rows: readonly (readonly boolean[])[]): ReadonlySet<number> {
  const lengths = new Set<number>()
  for (const row of rows) {
    for (let x = 1, start = 0; x <= row.length; x++) {
      if (x < row.length && row[x] === row[x - 1]) continue
      lengths.add(x - start)
      start = x
    }
  }
  return lengths
}

/** The greatest common divisor. */
function steps(lengths: ReadonlySet<number>): number {
  let common = 0
  for (const length of lengths) {
    let [one, other] = [common, length]
    while (other > 0) [one, other] = [other, one % other]
    common = one
  }
  return common
}

function scaled(modules: readonly (readonly boolean[])[], size: number): Picture {
  const [width, height] = [(size + 2 * QUIET) * SCALE, (modules.length + 2 * QUIET) * SCALE]
  const isInverted = isNegative(modules)
  const bytes = new Uint8Array(width * height).fill(isInverted ? 0 : 255)
  for (const [y, row] of modules.entries()) {
    for (const [x, isDark] of row.entries()) {
      if (isDark === isInverted) continue
      const start = (y + QUIET) * SCALE * width + (x + QUIET) * SCALE
      for (let line = 0; line < SCALE; line++) {
        bytes.fill(isDark ? 0 : 255, start + line * width, start + line * width + SCALE)
      }
    }
  }
  return { kind: 'gray', bytes, width, height }
}

/**
 * Whether dark and bright are exchanged: the quiet zone is dark, or there is none and the ring of the finder pattern in
 * the corner is bright.
 */
function isNegative(modules: readonly (readonly boolean[])[]): boolean {
  const [first = [], second = []] = modules
  if (first.every(Boolean) && modules.every(row => row[0] === true)) return true
  return !first.slice(0, FINDER).some(Boolean) && second[0] === false && second[1] === true
}

/** Modules of a side of a finder pattern. */
const FINDER = 7
