import { expect, test } from 'vitest'
import { type Arow, decay, learn, marginOf, merge, newArow, touch, unlearn } from '../../src/classify/arow.ts'
import { SPACE } from '../../src/classify/grams.ts'
import { fc, runs } from '../support/property.ts'

const grams = fc
  .uniqueArray(fc.nat(SPACE - 1), { minLength: 1, maxLength: 60 })
  .map(numbers => Uint16Array.from(numbers))
const example = fc.tuple(grams, fc.constantFrom(1 as const, -1 as const))

const trained = (examples: readonly (readonly [Uint16Array, 1 | -1])[]): Arow => {
  const expert = newArow()
  for (const [view, label] of examples) learn(expert, view, label, 2)
  return expert
}
const distance = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? 0))), 0)

test('an example moves the margin towards its label, and never increases a variance', () => {
  fc.assert(
    fc.property(fc.array(example, { maxLength: 20 }), example, (before, [view, label]) => {
      const expert = trained(before)
      const margin = marginOf(expert, view)
      const variances = expert.variances.slice()
      learn(expert, view, label, 2)
      expect(label * marginOf(expert, view)).toBeGreaterThanOrEqual(label * margin - 1e-6)
      expect(expert.variances.every((variance, gram) => variance > 0 && variance <= (variances[gram] ?? 0))).toBe(true)
    }),
    { numRuns: runs(30) },
  )
})

test('unlearning restores the model to the precision of the numbers', () => {
  fc.assert(
    fc.property(
      fc.array(example, { maxLength: 20 }),
      example,
      fc.constantFrom(0.1, 0.5, 2),
      (before, [view, label], most) => {
        const expert = trained(before)
        const [weights, variances] = [expert.weights.slice(), expert.variances.slice()]
        unlearn(expert, view, learn(expert, view, label, most))
        expect(distance(expert.weights, weights)).toBeLessThan(1e-5)
        expect(distance(expert.variances, variances)).toBeLessThan(1e-4)
      },
    ),
    { numRuns: runs(30) },
  )
})

test('unlearning changes later examples only in their common features', () => {
  const expert = newArow()
  const step = learn(expert, Uint16Array.of(1, 2, 3), 1, 2)
  learn(expert, Uint16Array.of(3, 4, 5), -1, 2)
  const [, , , , four, five] = expert.weights
  unlearn(expert, Uint16Array.of(1, 2, 3), step)
  for (const weight of expert.weights.subarray(1, 3)) expect(weight).toBeCloseTo(0, 6)
  expect([...expert.weights.subarray(4, 6)]).toEqual([four, five])
})

test('the update of one example is bounded', () => {
  const view = Uint16Array.of(7, 8, 9)
  const [far, near] = [newArow(), newArow()]
  for (let count = 0; count < 50; count += 1) learn(far, view, -1, 2)
  for (let count = 0; count < 50; count += 1) learn(near, view, -1, 2)
  learn(far, view, 1, 2)
  learn(near, view, 1, 0.5)
  const before = -1
  expect(marginOf(near, view) - before).toBeLessThan((marginOf(far, view) - before) / 2)
})

test('a merge is as precise as its most precise model, is idempotent, and does not depend on the order', () => {
  fc.assert(
    fc.property(
      fc.array(example, { minLength: 1, maxLength: 10 }),
      fc.array(example, { maxLength: 10 }),
      (one, other) => {
        const [a, b] = [trained(one), trained(other)]
        expect(distance(merge([a]).weights, a.weights)).toBeLessThan(1e-6)
        expect(distance(merge([a, a]).weights, a.weights)).toBeLessThan(1e-6)
        expect(distance(merge([a, a]).variances, a.variances)).toBeLessThan(1e-6)
        expect(distance(merge([a, b]).weights, merge([b, a]).weights)).toBeLessThan(1e-6)
        expect(distance(merge([a, newArow()]).weights, a.weights)).toBeLessThan(1e-6)
      },
    ),
    { numRuns: runs(10) },
  )
})

test('unused weights are halved, used weights stay', () => {
  const expert = newArow()
  learn(expert, Uint16Array.of(1), 1, 2)
  learn(expert, Uint16Array.of(2), 1, 2)
  touch(expert, Uint16Array.of(1, 2), 100)
  touch(expert, Uint16Array.of(2), 180)
  const [, one = 0, two = 0] = expert.weights
  decay(expert, 190, 90)
  decay(expert, 190, 90)
  expect([...expert.weights.subarray(1, 3)]).toEqual([one / 2, two])
  expect(expert.variances[1]).toBeGreaterThan(expert.variances[2] ?? 0)
})
