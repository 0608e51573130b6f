/** A process that was stopped does not take its filters for late. */
import { expect, test, vi } from 'vitest'
import { plan, run } from '../../src/engine/run.ts'
import { Scope } from '../../src/engine/scope.ts'
import { type Connection, type Filter, points } from '../../src/index.ts'
import { settled } from '../../src/testing/clock.ts'
import { handClock } from '../support/hand-clock.ts'

function stage(filters: readonly Filter[]) {
  const clock = handClock()
  const scope = new Scope<Connection>('connect', undefined, { client: 'unknown' })
  const waves = plan(filters, 'connect', ({ deadline = 10_000 }) => Number(deadline))
  const found = vi.fn()
  void Promise.resolve(run(waves, scope, clock, new Map())).then(({ findings }) =>
    found(findings.map(({ rule }) => rule)),
  )
  return { clock, found }
}
const never = (): Promise<undefined> => new Promise(() => undefined)

test.for([50, 500, 10_000])('an answer that came while the process stood still is in time (%i ms)', async deadline => {
  const answer = Promise.withResolvers<undefined>()
  const asked: Filter = {
    name: 'asked',
    deadline,
    connect: async () => {
      await answer.promise
      return points(1, 'found')
    },
  }
  const { clock, found } = stage([asked])
  await clock.advance(deadline / 2)
  clock.stall(14 * deadline)
  expect(found).not.toHaveBeenCalled()
  // Sockets are read after the timers.
  answer.resolve(undefined)
  await settled()
  expect(found).toHaveBeenCalledWith(['asked'])
})

test('a stop of 14 s counts two seconds of a deadline of ten', async () => {
  const { clock, found } = stage([{ name: 'silent', connect: never }])
  await clock.advance(3_000)
  clock.stall(14_000)
  await clock.advance(4_900)
  expect(found).not.toHaveBeenCalled()
  await clock.advance(200)
  expect(found).toHaveBeenCalledWith(['silent/timeout'])
})

test('a process that is always late ends its filters all the same', async () => {
  const { clock, found } = stage([{ name: 'silent', connect: never }])
  for (let stops = 0; stops < 12; stops += 1) {
    clock.stall(3_000)
    await settled()
  }
  expect(found).toHaveBeenCalledWith(['silent/timeout'])
})

test('filters of one wave have each its own deadline, also when the first of them has answered', async () => {
  const { clock, found } = stage([
    { name: 'quick', deadline: 100, connect: () => new Promise(resolve => setImmediate(resolve)) },
    { name: 'a', deadline: 300, connect: never },
    { name: 'b', deadline: 500, connect: never },
  ])
  await clock.advance(499)
  expect(found).not.toHaveBeenCalled()
  await clock.advance(1)
  expect(found).toHaveBeenCalledWith(['a/timeout', 'b/timeout'])
})
