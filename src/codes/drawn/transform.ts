/** The transforms of SVG (SVG 2 §8.5) as matrices. */

/** `[a, b, c, d, e, f]`: x becomes `a·x + c·y + e`, y becomes `b·x + d·y + f`. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

export type Point = readonly [x: number, y: number]

export const identity: Matrix = [1, 0, 0, 1, 0, 0]

/** The inner transform first, then the outer one. */
export function multiplied([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f]
}

export const applied = ([a, b, c, d, e, f]: Matrix, [x, y]: Point): Point => [a * x + c * y + e, b * x + d * y + f]

/** Transforms of one element. */
const MAX_TRANSFORMS = 20

/** Reads `translate(1 2) scale(3)`. What is not known changes nothing. */
export function transformIn(text: string): Matrix {
  if (text === '') return identity
  let matrix = identity
  let count = 0
  for (const [, name = '', inner = ''] of text.slice(0, 2000).matchAll(TRANSFORM)) {
    if (++count > MAX_TRANSFORMS) return matrix
    matrix = multiplied(matrix, matrixOf(name.toLowerCase(), numbersIn(inner)))
  }
  return matrix
}

const TRANSFORM = /([a-z]{4,9})\s{0,9}\(([^()]{0,200})\)/gi

function matrixOf(name: string, [one = 0, two, three = 0, ...others]: readonly number[]): Matrix {
  switch (name) {
    case 'translate':
      return [1, 0, 0, 1, one, two ?? 0]
    case 'scale':
      return [one, 0, 0, two ?? one, 0, 0]
    case 'rotate': {
      const [sin, cos] = [Math.sin((one * Math.PI) / 180), Math.cos((one * Math.PI) / 180)]
      const turned: Matrix = [cos, sin, -sin, cos, 0, 0]
      if (two === undefined) return turned
      return multiplied(multiplied([1, 0, 0, 1, two, three], turned), [1, 0, 0, 1, -two, -three])
    }
    case 'skewx':
      return [1, 0, Math.tan((one * Math.PI) / 180), 1, 0, 0]
    case 'skewy':
      return [1, Math.tan((one * Math.PI) / 180), 0, 1, 0, 0]
    case 'matrix': {
      const [d = 1, e = 0, f = 0] = others
      return [one, two ?? 0, three, d, e, f]
    }
    default:
      return identity
  }
}

export const numbersIn = (text: string): readonly number[] =>
  Array.from(text.matchAll(NUMBER), ([found]) => Number(found))

const NUMBER = /[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[+-]?\d{1,3})?/gi
