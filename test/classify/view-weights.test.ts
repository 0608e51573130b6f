/** The traits count as much as they are worth at a site. */
import { expect, test } from 'vitest'
import { VIEWS } from '../../src/classify/features.ts'
import { areLosses, ViewWeights } from '../../src/classify/view-weights.ts'

const TRAITS = VIEWS.indexOf('traits')
const after = (margins: readonly number[], count = 3_000) => {
  const weights = new ViewWeights()
  for (let index = 0; index < count; index += 1) weights.add(margins, 1)
  return weights
}

test('the text counts whole, and traits that are far better than it, too', () => {
  const weights = after([0.5, 0.6, 0.7, 0.95])
  expect(VIEWS.map((_, view) => weights.of(view))).toEqual([1, 1, 1, 1])
  expect(weights.weighted([1, 2, 3, 4])).toEqual([1, 2, 3, 4])
})

test('traits that are as good as the best view of the text or worse count a half, and somewhat better ones more', () => {
  expect(after([0.5, 0.6, 0.9, 0.9]).of(TRAITS)).toBe(0.5)
  expect(after([0.5, 0.6, 0.7, 0.8]).of(TRAITS)).toBeCloseTo(0.75, 1)
  expect(after([0.5, 0.6, 0.9, -1]).of(TRAITS)).toBe(0.5)
})

test('all views that are always right leave the traits between a half and all', () => {
  const weight = after([2, 2, 2, 2], 100_000).of(TRAITS)
  expect(weight).toBeGreaterThanOrEqual(0.5)
  expect(weight).toBeLessThanOrEqual(1)
})

test('one example changes the weight little', () => {
  const weights = after([0.5, 0.6, 0.7, 0.8])
  const before = weights.of(TRAITS)
  weights.add([1, 1, 1, -5], 1)
  expect(Math.abs(weights.of(TRAITS) - before)).toBeLessThan(0.1)
})

test('an export restores the same weights, and other values are no losses', () => {
  const weights = after([0.5, 0.6, 0.7, 0.8])
  expect(areLosses(weights.export())).toBe(true)
  expect(new ViewWeights(weights.export()).of(TRAITS)).toBe(weights.of(TRAITS))
  for (const wrong of [undefined, [], [1, 1, 1], [1, 1, 1, -1], [1, 1, 1, Number.NaN], ['1', 1, 1, 1]])
    expect(areLosses(wrong)).toBe(false)
})
