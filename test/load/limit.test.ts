/** The control loop of admission: open until there is an overload, where it settles, and what it never does. */
import { expect, test } from 'vitest'
import { concurrencyLimit, type Measurement } from '../../src/load/limit.ts'
import type { Level } from '../../src/model/load.ts'
import { fc, runs } from '../support/property.ts'

const OPEN = Number.POSITIVE_INFINITY
const bounds = { min: 10, max: 1_000 }
const calm: Measurement = { inside: 0, slowdown: 1, load: 0.3, level: 'green' }
const overloaded: Measurement = { inside: 140, slowdown: 1, load: 0.95, level: 'red' }

/** A limit that was closed with 140 sessions inside. */
function closed() {
  const limit = concurrencyLimit(bounds)
  limit.step(overloaded)
  return limit
}

test('it begins open, and no number of sessions closes it while nothing is overloaded', () => {
  const limit = concurrencyLimit(bounds)
  for (const [index, level] of (['green', 'amber', 'red'] as const).entries())
    limit.step({ inside: 900 * (index + 1), slowdown: 1, load: 0.85, level })
  expect(limit.value).toBe(OPEN)
})

test('one stall, which is amber, does not close it; a process that stays full does, with what is open as the limit', () => {
  const limit = concurrencyLimit(bounds)
  limit.step({ inside: 140, slowdown: 1, load: 1, level: 'amber' })
  expect(limit.value).toBe(OPEN)
  limit.step(overloaded)
  // Unknown clients may take seven tenths of it: as many as there are.
  expect(limit.value).toBeCloseTo(200, 6)
})

test('a slow service closes it at the number of sessions that it could serve with twice its usual latency', () => {
  const limit = concurrencyLimit(bounds)
  limit.step({ inside: 140, slowdown: 5, load: 0.77, level: 'amber' })
  expect(limit.value).toBeCloseTo(80, 6)
})

test('a slowdown that is no load yet, of a level that is green, turns no client away', () => {
  const limit = concurrencyLimit(bounds)
  limit.step({ inside: 500, slowdown: 3, load: 0.5, level: 'green' })
  expect(limit.value).toBe(OPEN)
})

test('the limit falls while the overload lasts, and only when it is in force', () => {
  const limit = closed()
  limit.step({ ...overloaded, inside: 250 })
  // More are inside than the limit allows: it has had no effect yet.
  expect(limit.value).toBeCloseTo(200, 6)
  limit.step({ ...overloaded, inside: 20 })
  // So few sessions are not what loads the process.
  expect(limit.value).toBeCloseTo(200, 6)
  for (let second = 0; second < 60; second += 1) limit.step({ ...overloaded, inside: limit.value })
  expect(limit.value).toBe(10)
})

test('without overload a limit in use grows, and at green it opens', () => {
  const limit = closed()
  limit.step({ inside: 200, slowdown: 1, load: 0.65, level: 'amber' })
  expect(limit.value).toBeCloseTo(280, 6)
  limit.step({ inside: 20, slowdown: 1, load: 0.65, level: 'amber' })
  expect(limit.value).toBeCloseTo(280, 6)
  limit.step(calm)
  expect(limit.value).toBe(OPEN)
})

test('an inherited limit holds until the level was green for five seconds, and grows meanwhile when it is in use', () => {
  const limit = concurrencyLimit({ ...bounds, inherited: 50 })
  expect([limit.value, limit.isInherited]).toEqual([50, true])
  for (let second = 0; second < 4; second += 1) limit.step({ ...calm, inside: limit.value })
  expect(limit.value).toBeCloseTo(50 * 1.4 ** 4, 6)
  limit.step(calm)
  expect([limit.value, limit.isInherited]).toEqual([OPEN, false])
})

test('an inherited limit is a limit like another one once the level has changed', () => {
  const limit = concurrencyLimit({ ...bounds, inherited: 50 })
  limit.step({ ...overloaded, inside: 50 })
  expect([limit.value, limit.isInherited]).toEqual([50 * (6 / 7), false])
  limit.step(calm)
  expect(limit.value).toBe(OPEN)
})

/** Work that is shared by all who are inside: beyond `servers` each takes longer. */
const steady = (servers: number, limit: number): Measurement => ({
  inside: limit,
  slowdown: Math.max(1, limit / servers),
  load: 0.75,
  level: 'amber',
})

test('wherever it closes, the limit settles where work waits for one or two turns', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 300 }), fc.integer({ min: 1_000, max: 5_000 }), (servers, inside) => {
      const limit = concurrencyLimit({ min: 5, max: 1_000 })
      limit.step({ ...steady(servers, inside) })
      for (let second = 0; second < 300; second += 1) limit.step(steady(servers, limit.value))
      expect(limit.value).toBeGreaterThanOrEqual(Math.min(1_000, servers))
      expect(limit.value).toBeLessThanOrEqual(Math.max(20, servers * 3.2))
    }),
    { numRuns: runs(300) },
  )
})

test('whatever is measured, it is open at green, and within its bounds when it is not open', () => {
  const any = fc.record({
    inside: fc.integer({ min: 0, max: 5_000 }),
    slowdown: fc.double({ min: 1, max: 1_000, noNaN: true }),
    load: fc.double({ min: 0, max: 1, noNaN: true }),
    level: fc.constantFrom<Level>('green', 'amber', 'red'),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 200 }), all => {
      const limit = concurrencyLimit({ min: 10, max: 500 })
      for (const seen of all) {
        limit.step(seen)
        if (seen.level === 'green') expect(limit.value).toBe(OPEN)
        if (limit.value === OPEN) continue
        expect(limit.value).toBeGreaterThanOrEqual(10)
        expect(limit.value).toBeLessThanOrEqual(500)
      }
    }),
    { numRuns: runs(300) },
  )
})
