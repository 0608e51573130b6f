/** How much slower than usual: what counts, what does not, what is learnt. */
import { expect, test } from 'vitest'
import { type Latency, latency } from '../../src/load/latency.ts'

/** So many seconds in which it answers as told. */
function seconds(of: Latency, from: number, count: number, answers: readonly number[]): number {
  for (let second = from + 1; second <= from + count; second += 1) {
    for (const ms of answers) of.record(ms)
    of.update(second * 1000)
  }
  return from + count
}

test('a usual latency is not slow, however long it is', () => {
  const slow = latency()
  seconds(slow, 0, 60, [2_000, 2_000, 2_000])
  expect(slow.slowdown).toBe(1)
  expect(slow.part).toBe(0)
})

test('a service that takes four times as long counts as slow within three seconds', () => {
  const hop = latency()
  const now = seconds(hop, 0, 60, [100, 100, 100, 100])
  seconds(hop, now, 3, [400, 400, 400, 400])
  expect(hop.slowdown).toBeGreaterThan(3)
  expect(hop.slowdown).toBeLessThan(4.1)
})

test('one sender whose answers are slow does not make the service slow', () => {
  const hop = latency()
  const now = seconds(hop, 0, 60, [100, 100, 100, 100])
  seconds(hop, now, 60, [100, 100, 5_000, 9_000])
  expect(hop.slowdown).toBeLessThan(1.05)
})

test('below fifty milliseconds nothing is slow', () => {
  const hop = latency()
  const now = seconds(hop, 0, 60, [0.5, 0.5])
  seconds(hop, now, 10, [49, 49])
  expect(hop.slowdown).toBe(1)
})

test('an overload of ten minutes does not become usual', () => {
  const hop = latency()
  const now = seconds(hop, 0, 300, [100, 100, 100])
  seconds(hop, now, 600, [500, 500, 500])
  expect(hop.slowdown).toBeGreaterThan(2.5)
})

test('a service that has become slower for good is usual after some hours', () => {
  const hop = latency()
  const now = seconds(hop, 0, 300, [100, 100, 100])
  seconds(hop, now, 4 * 3_600, [300, 300, 300])
  expect(hop.slowdown).toBeLessThan(1.05)
})

test('a service that is not asked any more stops to count as slow', () => {
  const hop = latency()
  const now = seconds(hop, 0, 300, [100, 100])
  const later = seconds(hop, now, 10, [2_000, 2_000])
  expect(hop.slowdown).toBeGreaterThan(10)
  seconds(hop, later, 60, [])
  expect(hop.slowdown).toBeLessThan(1.1)
})
