/** Long work in steps: the same result, and no long time without a turn of the event loop. */
import { expect, test } from 'vitest'
import { runSteps, runStepsInTurns, sortedInSteps } from '../../src/net/steps.ts'
import { fc, runs } from '../support/property.ts'

test('sorting in steps gives what sorting at once gives, equal ones in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat()), { maxLength: 5_000, size: 'max' }), items => {
      const compare = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0]
      expect(runSteps(sortedInSteps(items, compare))).toEqual(items.toSorted(compare))
    }),
    { numRuns: runs(30) },
  )
})

test('between steps the event loop turns', async () => {
  const items = Array.from({ length: 200_000 }, (_, index) => (index * 7_919) % 200_003)
  let [turns, isOver] = [0, false]
  const count = (): void => {
    turns += 1
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  const sorted = await runStepsInTurns(sortedInSteps(items, (a, b) => a - b))
  isOver = true
  expect(sorted).toEqual(items.toSorted((a, b) => a - b))
  expect(turns).toBeGreaterThan(3)
})
