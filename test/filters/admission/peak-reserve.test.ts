/** The reserve for known clients before an overload that the forecast expects. */
import { expect, test } from 'vitest'
import { PeakReserve } from '../../../src/filters/admission/peak-reserve.ts'
import { admission } from '../../../src/filters/index.ts'
import { PosternError } from '../../../src/model/errors.ts'

const forecastOf = (perMinute: number | undefined) => ({
  peak: () => (perMinute === undefined ? undefined : { expected: perMinute, low: 0, high: 2 * perMinute, in: 300_000 }),
})

function reserveFor(perMinute: number | undefined, sessionMs: number, limit = 100) {
  const reserve = new PeakReserve({ usual: 0.3, atPeak: 0.6, forecast: forecastOf(perMinute) })
  for (let session = 0; session < 500; session += 1) reserve.ended(sessionMs)
  reserve.look(limit, 0)
  return reserve.share
}

test.for([
  ['more arrive than there are slots for', 1_500, 5_000, 0.6],
  ['as many arrive, of short sessions', 1_500, 2_000, 0.3],
  ['few arrive', 300, 5_000, 0.3],
  ['nothing is known', undefined, 5_000, 0.3],
] as const)('when %s: %i a minute of %i ms lead to %d', ([, perMinute, ms, share]) => {
  expect(reserveFor(perMinute, ms)).toBe(share)
})

test('the forecast is asked every ten seconds at most', () => {
  let asked = 0
  const forecast = {
    peak: () => {
      asked += 1
      return undefined
    },
  }
  const reserve = new PeakReserve({ usual: 0.3, atPeak: 0.6, forecast })
  for (let now = 0; now < 60_000; now += 1_000) reserve.look(100, now)
  expect(asked).toBe(6)
})

test('a share that leaves no slot to others is refused', () => {
  expect(() => admission({ peakReserve: 1 })).toThrow(PosternError)
  expect(() => admission({ forecast: {} as never })).toThrow('admission.forecast')
})
