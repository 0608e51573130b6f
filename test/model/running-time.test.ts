/** Time by which others are judged: what passes while this process stands still counts little of it. */
import { expect, test, vi } from 'vitest'
import { afterRunning, RunningTime } from '../../src/model/running-time.ts'
import { handClock } from '../support/hand-clock.ts'

test('an interval counts as it is up to two steps, and two steps beyond that', () => {
  const clock = handClock()
  const time = new RunningTime(clock, 1_000)
  const steps = [1, 999, 2_000, 2_001, 14_000, 5].map(ms => {
    const before = time.now()
    clock.pass(ms)
    return time.now() - before
  })
  expect(steps).toEqual([1, 999, 2_000, 2_000, 2_000, 5])
})

test.for([30, 100, 2_000, 60_000])('a timer of %i ms is neither early nor late while the process runs', async ms => {
  const clock = handClock()
  const callback = vi.fn()
  afterRunning(clock, ms, callback)
  await clock.advance(ms - 1)
  expect(callback).not.toHaveBeenCalled()
  await clock.advance(1)
  expect(callback).toHaveBeenCalledOnce()
  await clock.advance(10 * ms)
  expect(callback).toHaveBeenCalledOnce()
})

test.for([100, 2_000, 60_000])('a stop does not use a timer of %i ms up', async ms => {
  const clock = handClock()
  const callback = vi.fn()
  afterRunning(clock, ms, callback)
  clock.stall(14 * ms)
  expect(callback).not.toHaveBeenCalled()
  await clock.advance(ms / 4)
  expect(callback).not.toHaveBeenCalled()
  await clock.advance(ms)
  expect(callback).toHaveBeenCalledOnce()
})

test('a process that is always late comes to the end of a timer too', () => {
  const clock = handClock()
  const callback = vi.fn()
  afterRunning(clock, 10_000, callback)
  for (let stops = 0; stops < 6; stops += 1) clock.stall(5_000)
  expect(callback).toHaveBeenCalledOnce()
})

test('a timer that is cancelled, before or after a look, leaves none behind', () => {
  const clock = handClock()
  const callback = vi.fn()
  const cancel = afterRunning(clock, 10_000, callback)
  clock.pass(2_500)
  cancel()
  expect(clock.next()).toBeUndefined()
  clock.pass(20_000)
  expect(callback).not.toHaveBeenCalled()
})
