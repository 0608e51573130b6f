/** The concurrency limit: where it settles, and what it never does. */
import { expect, test } from 'vitest'
import { concurrencyLimit, type Measurement } from '../../src/load/limit.ts'
import { fc, runs } from '../support/property.ts'

const after = (seconds: number, seen: (limit: number) => Measurement): number => {
  const limit = concurrencyLimit({ min: 10, max: 1_000, initial: 200 })
  for (let second = 0; second < seconds; second += 1) limit.step(seen(limit.value))
  return limit.value
}

test('a limit that is in use grows to the maximum while nothing is slow', () => {
  expect(after(60, limit => ({ inside: limit, slowdown: 1, load: 0.3 }))).toBe(1_000)
})

test('a limit that is not in use does not grow', () => {
  expect(after(600, () => ({ inside: 20, slowdown: 1, load: 0.1 }))).toBe(200)
})

test('services that are four times slower halve the limit within seconds, down to the minimum', () => {
  expect(after(8, limit => ({ inside: limit, slowdown: 4, load: 0.3 }))).toBeLessThan(100)
  expect(after(600, limit => ({ inside: limit, slowdown: 50, load: 0.3 }))).toBe(10)
})

test('an overloaded process lowers the limit, unless few sessions are open', () => {
  expect(after(60, limit => ({ inside: limit, slowdown: 1, load: 1 }))).toBeLessThan(100)
  expect(after(60, () => ({ inside: 5, slowdown: 1, load: 1 }))).toBe(200)
})

/** Work that is shared by all who are inside: beyond `servers` each takes longer. */
const steady = (servers: number) => (limit: number) => ({
  inside: limit,
  slowdown: Math.max(1, limit / servers),
  load: 0.5,
})

test('from any beginning the limit settles where work waits for one or two turns', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 400 }), fc.integer({ min: 10, max: 1_000 }), (servers, first) => {
      const limit = concurrencyLimit({ min: 5, max: 1_000, initial: first })
      const seen = steady(servers)
      for (let second = 0; second < 300; second += 1) limit.step(seen(limit.value))
      expect(limit.value).toBeGreaterThanOrEqual(Math.min(1_000, servers))
      expect(limit.value).toBeLessThanOrEqual(Math.max(20, servers * 3.2))
    }),
    { numRuns: runs(300) },
  )
})

test('whatever is measured, the limit stays within its bounds', () => {
  const any = fc.record({
    inside: fc.integer({ min: 0, max: 5_000 }),
    slowdown: fc.double({ min: 1, max: 1_000, noNaN: true }),
    load: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 200 }), all => {
      const limit = concurrencyLimit({ min: 10, max: 500, initial: 100 })
      for (const seen of all) limit.step(seen)
      expect(limit.value).toBeGreaterThanOrEqual(10)
      expect(limit.value).toBeLessThanOrEqual(500)
    }),
    { numRuns: runs(300) },
  )
})
