/** The controller: where it goes, and what it never does. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concurrencyLimit, type Seen } from '../../src/load/limit.ts'

const after = (seconds: number, seen: (limit: number) => Seen): number => {
  const limit = concurrencyLimit({ least: 10, most: 1_000, first: 200 })
  for (let second = 0; second < seconds; second += 1) limit.step(seen(limit.value))
  return limit.value
}

test('whoever fills it while nothing is slow gets more, up to the most', () => {
  expect(after(60, limit => ({ inside: limit, slowdown: 1, load: 0.3 }))).toBe(1_000)
})

test('it does not grow for nobody', () => {
  expect(after(600, () => ({ inside: 20, slowdown: 1, load: 0.1 }))).toBe(200)
})

test('what is behind us being four times slower halves it within seconds, and the least remains', () => {
  expect(after(8, limit => ({ inside: limit, slowdown: 4, load: 0.3 }))).toBeLessThan(100)
  expect(after(600, limit => ({ inside: limit, slowdown: 50, load: 0.3 }))).toBe(10)
})

test('a process that is full takes in fewer, unless it is not they who fill it', () => {
  expect(after(60, limit => ({ inside: limit, slowdown: 1, load: 1 }))).toBeLessThan(100)
  expect(after(60, () => ({ inside: 5, slowdown: 1, load: 1 }))).toBe(200)
})

/** Work that is shared by all who are inside: beyond `servers` each takes longer. */
const steady = (servers: number) => (limit: number) => ({
  inside: limit,
  slowdown: Math.max(1, limit / servers),
  load: 0.5,
})

test('wherever it begins it settles where work waits for its turn once or twice', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 400 }), fc.integer({ min: 10, max: 1_000 }), (servers, first) => {
      const limit = concurrencyLimit({ least: 5, most: 1_000, first })
      const seen = steady(servers)
      for (let second = 0; second < 300; second += 1) limit.step(seen(limit.value))
      expect(limit.value).toBeGreaterThanOrEqual(Math.min(1_000, servers))
      expect(limit.value).toBeLessThanOrEqual(Math.max(20, servers * 3.2))
    }),
    { seed: 7, numRuns: 300 },
  )
})

test('whatever it is told it stays within its bounds', () => {
  const any = fc.record({
    inside: fc.integer({ min: 0, max: 5_000 }),
    slowdown: fc.double({ min: 1, max: 1_000, noNaN: true }),
    load: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 200 }), all => {
      const limit = concurrencyLimit({ least: 10, most: 500, first: 100 })
      for (const seen of all) limit.step(seen)
      expect(limit.value).toBeGreaterThanOrEqual(10)
      expect(limit.value).toBeLessThanOrEqual(500)
    }),
    { seed: 11, numRuns: 300 },
  )
})
