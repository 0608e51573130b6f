import { expect, test } from 'vitest'
import { Calibration } from '../../src/classify/calibration.ts'
import { MAX_MARGINS, Quantiles } from '../../src/classify/quantiles.ts'
import { fc } from '../support/property.ts'
import { newDice } from '../support/sorted-mail.ts'

const margins = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 1, maxLength: 400 })

test('no more of what was seen lies beyond the threshold than the finite-sample rule allows', () => {
  fc.assert(
    fc.property(margins, fc.constantFrom(0.1, 0.05, 0.01), (seen, rate) => {
      const quantiles = new Quantiles(rate)
      for (const margin of seen) quantiles.add(margin)
      const threshold = quantiles.threshold()
      const beyond = seen.filter(margin => margin >= threshold).length
      expect((beyond + 1) / (seen.length + 1)).toBeLessThanOrEqual(Math.max(rate, 1 / (seen.length + 1)) + 1e-9)
    }),
  )
})

test.for([
  [0.1, 9],
  [0.01, 99],
  [0.005, 199],
  [0.001, 999],
] as const)(
  'a target of %f is guaranteed from %i margins on; n margins before guarantee 1 in n + 1',
  ([rate, enough]) => {
    const quantiles = new Quantiles(rate)
    expect([quantiles.threshold(), quantiles.guarantee]).toEqual([Number.POSITIVE_INFINITY, 1])
    for (let count = 1; count < enough; count += 1) {
      quantiles.add(1 + count / 1000)
      expect(quantiles.guarantee).toBe(1 / (count + 1))
      expect(quantiles.threshold()).toBeGreaterThan(1 + count / 1000)
    }
    quantiles.add(-1)
    expect(quantiles.guarantee).toBeCloseTo(rate, 12)
  },
)

test('the first twenty margins keep the guarantee that they allow: 2,000 times twenty known and one new', () => {
  const dice = newDice(9)
  const margin = () => dice() ** 3 * 4 + 0.1
  let broken = 0
  for (let count = 0; count < 2_000; count += 1) {
    const quantiles = new Quantiles(0.005)
    // Fewer than eight positive margins of the last hundred would count as wrong labels.
    for (let known = 0; known < 20; known += 1) quantiles.add(margin())
    if (margin() >= quantiles.threshold()) broken += 1
  }
  expect(broken / 2_000).toBeLessThan(1.3 / 21)
  expect(broken / 2_000).toBeGreaterThan(0.5 / 21)
})

test('margins of before a day are dropped, and so is what they were evidence of', () => {
  const quantiles = new Quantiles(0.1)
  for (let day = 1; day <= 20; day += 1) quantiles.add(day / 10, { day })
  quantiles.expire(11)
  expect([quantiles.count, quantiles.guarantee, quantiles.share(1.05)]).toEqual([10, 0.1, 1])
  const again = new Quantiles(0.1, quantiles.export())
  again.expire(16)
  expect([again.count, quantiles.count]).toEqual([5, 10])
  quantiles.expire(99)
  expect([quantiles.count, quantiles.threshold()]).toEqual([0, Number.POSITIVE_INFINITY])
  quantiles.add(1, { day: 99 })
  expect([quantiles.count, quantiles.share(0)]).toEqual([1, 1])
})

test('a restart keeps the newest margins, doubtful ones too', () => {
  const quantiles = new Quantiles(0.05)
  for (let count = 0; count < 300; count += 1) quantiles.add(-3)
  quantiles.add(2.75, { isDoubtful: true })
  expect(quantiles.threshold()).toBe(0)
  quantiles.restart(20)
  expect([quantiles.count, quantiles.guarantee, quantiles.threshold()]).toEqual([20, 0.05, 2.765625])
  quantiles.restart(0)
  expect([quantiles.count, quantiles.threshold()]).toEqual([0, Number.POSITIVE_INFINITY])
})

test('for mail of one kind the target is met: 400 times 300 known margins and 20 new ones', () => {
  const dice = newDice(3)
  let broken = 0
  for (let count = 0; count < 400; count += 1) {
    const quantiles = new Quantiles(0.05)
    for (let known = 0; known < 300; known += 1) quantiles.add(dice() ** 3 * 4 - 3)
    for (let fresh = 0; fresh < 20; fresh += 1) if (dice() ** 3 * 4 - 3 >= quantiles.threshold()) broken += 1
  }
  expect(broken / 8_000).toBeLessThan(0.055)
  // It is not kept by saying nothing.
  expect(broken / 8_000).toBeGreaterThan(0.04)
})

test('seven doubtful margins move nothing; eight of the last hundred move the threshold beyond them', () => {
  const quantiles = new Quantiles(0.05)
  for (let count = 0; count < 200; count += 1) quantiles.add(-3)
  for (let count = 0; count < 7; count += 1) quantiles.add(4, { isDoubtful: true })
  expect([quantiles.threshold(), quantiles.count]).toEqual([0, 200])
  quantiles.add(3.5, { isDoubtful: true })
  expect(quantiles.threshold()).toBe(3.5)
  for (let count = 0; count < 100; count += 1) quantiles.add(-3)
  expect(quantiles.threshold()).toBeLessThanOrEqual(0)
})

test('a share counts the message itself, so nothing is ever certain', () => {
  const quantiles = new Quantiles(0.05)
  expect(quantiles.share(5)).toBe(1)
  for (const margin of [-1, -1, -1]) quantiles.add(margin)
  expect([quantiles.share(2), quantiles.share(-1)]).toEqual([0.25, 1])
})

test('the oldest margins are dropped when it is full, and margins can be removed', () => {
  const quantiles = new Quantiles(0.001)
  for (let count = 0; count < MAX_MARGINS; count += 1) quantiles.add(3)
  for (let count = 0; count < MAX_MARGINS; count += 1) quantiles.add(-3)
  expect([quantiles.count, quantiles.share(0)]).toEqual([MAX_MARGINS, 1 / (MAX_MARGINS + 1)])
  quantiles.add(4)
  quantiles.remove(4)
  quantiles.remove(5)
  quantiles.add(4, { isDoubtful: true })
  quantiles.remove(4, true)
  expect([quantiles.count, quantiles.share(0)]).toEqual([MAX_MARGINS - 1, 1 / MAX_MARGINS])
})

test('an export restores the same quantiles, and values out of range are ignored', () => {
  const quantiles = new Quantiles(0.05)
  for (const margin of [-2, 0.5, 1, 7, 99, -99]) quantiles.add(margin)
  const again = new Quantiles(0.05, quantiles.export())
  expect([again.export(), again.share(0.4)]).toEqual([quantiles.export(), quantiles.share(0.4)])
  expect(new Quantiles(0.05, Uint16Array.of(1, 7, 60_000, 7, 2)).count).toBe(1)
})

test('probabilities never fall as margins rise, and come near to what was counted', () => {
  const calibration = new Calibration()
  const dice = newDice(5)
  for (let count = 0; count < 4_000; count += 1) {
    const margin = dice() * 8 - 4
    calibration.add(margin, dice() < 1 / (1 + Math.exp(-2 * margin)) ? 'spam' : 'ham')
  }
  const points = Array.from({ length: 33 }, (_, index) => index / 4 - 4)
  const told = points.map(margin => calibration.probability(margin))
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  for (const [index, margin] of points.entries())
    expect(Math.abs((told[index] ?? 0) - 1 / (1 + Math.exp(-2 * margin)))).toBeLessThan(0.2)
  expect(new Calibration(calibration.export()).probability(1)).toBe(calibration.probability(1))
})

test('an untrained calibration follows the margin alone, and malformed exports are ignored', () => {
  for (const held of [new Float32Array(), new Float32Array(128).fill(Number.NaN), new Float32Array(128).fill(-1)]) {
    const calibration = new Calibration(held)
    expect(calibration.probability(0)).toBeCloseTo(0.5, 0)
    expect(calibration.probability(-9)).toBeLessThan(0.01)
    expect(calibration.probability(9)).toBeGreaterThan(0.99)
  }
})
