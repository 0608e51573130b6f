/** Matrices of pages (ISO 32000-2 §8.3.3): `[a b c d e f]`. */
import { numberOf, type Value } from './values.ts'

export type Matrix = readonly [number, number, number, number, number, number]

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0]

/** First `one`, then `two`. */
export function multiply(one: Matrix, two: Matrix): Matrix {
  const [a, b, c, d, e, f] = one
  const [g, h, i, j, k, l] = two
  return [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

export function matrixOf(values: readonly (Value | undefined)[]): Matrix {
  const [a, b, c, d, e, f] = values
  return [numberOf(a, 1), numberOf(b), numberOf(c), numberOf(d, 1), numberOf(e), numberOf(f)]
}

export type Point = readonly [x: number, y: number]

export const transformed = (x: number, y: number, [a, b, c, d, e, f]: Matrix): Point => [
  a * x + c * y + e,
  b * x + d * y + f,
]
