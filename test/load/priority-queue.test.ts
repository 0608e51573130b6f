/** Slots by priority class: the reserve, the order of turning away, the short queue, newest first under overload. */
import { expect, test } from 'vitest'
import { type PriorityClass, PriorityQueue } from '../../src/load/priority-queue.ts'
import { clock, settled } from '../../src/testing/clock.ts'
import { fc, runs } from '../support/property.ts'

const never = new AbortController().signal

function queueOf(limit = 10, { reserve = 0.3, waiting = 5, wait = 5_000 } = {}) {
  const hand = clock()
  const slots = new PriorityQueue({ limit: () => limit, reserve: () => reserve, maxQueue: waiting, maxWait: wait })
  const answers: string[] = []
  return {
    hand,
    slots,
    answers,
    enter: (priority: PriorityClass, name = priority, signal = never): void => {
      const answer = slots.enter(priority, hand, signal)
      if (typeof answer === 'boolean') answers.push(`${name} ${answer ? 'in' : 'out'}`)
      else answer.then(isIn => answers.push(`${name} ${isIn ? 'in' : 'out'} at ${hand.monotonic()}`))
    },
    fill: (priority: PriorityClass, count: number): void => {
      for (let index = 0; index < count; index += 1) expect(slots.enter(priority, hand, never)).toBe(true)
    },
  }
}

test('O03 unknown clients never take slots that are reserved for known ones', async () => {
  const { slots, enter, answers, fill, hand } = queueOf(10, { waiting: 0 })
  fill('unknown', 7)
  enter('unknown')
  enter('bad')
  for (let index = 0; index < 4; index += 1) enter('known')
  expect(answers).toEqual(['unknown out', 'bad out', 'known in', 'known in', 'known in', 'known out'])
  expect(slots.inside()).toBe(10)
  slots.leave('known', hand)
  enter('unknown')
  expect(answers.at(-1)).toBe('unknown out')
})

test('O03 bad clients are turned away first: at half of the limit, when unknown ones still get a slot', () => {
  const { enter, answers, fill } = queueOf(10)
  fill('unknown', 5)
  enter('bad')
  enter('unknown')
  expect(answers).toEqual(['bad out', 'unknown in'])
})

test('a waiting client gets a slot when one becomes free, known clients before unknown ones', async () => {
  const { slots, enter, answers, fill, hand } = queueOf(10)
  fill('unknown', 7)
  fill('known', 3)
  enter('unknown', 'stranger' as PriorityClass)
  enter('known', 'friend' as PriorityClass)
  slots.leave('known', hand)
  slots.leave('unknown', hand)
  await settled()
  expect(answers).toEqual(['friend in at 0', 'stranger in at 0'])
})

test('a burst is served in order, and a client that waits too long is turned away', async () => {
  const { slots, enter, answers, fill, hand } = queueOf(10)
  fill('unknown', 7)
  enter('unknown', 'first' as PriorityClass)
  enter('unknown', 'second' as PriorityClass)
  await hand.advance(500)
  slots.leave('unknown', hand)
  await hand.advance(10_000)
  expect(answers).toEqual(['first in at 500', 'second out at 5000'])
})

test('under overload the newest client is served first, and old ones are turned away unless there is room for them too', async () => {
  const { slots, enter, answers, fill, hand } = queueOf(10)
  fill('unknown', 7)
  enter('unknown', 'oldest' as PriorityClass)
  await hand.advance(800)
  enter('unknown', 'older' as PriorityClass)
  await hand.advance(300)
  enter('unknown', 'newest' as PriorityClass)
  slots.leave('unknown', hand)
  await settled()
  expect(answers).toEqual(['oldest out at 1100', 'newest in at 1100'])
  await hand.advance(800)
  slots.leave('unknown', hand)
  await settled()
  expect(answers.slice(2)).toEqual(['older in at 1900'])
})

test('a full queue turns clients away at once, and under overload the oldest ones make room', async () => {
  const { enter, answers, fill, hand, slots } = queueOf(10, { waiting: 2, wait: 60_000 })
  fill('unknown', 7)
  for (const name of ['a', 'b', 'c']) enter('unknown', name as PriorityClass)
  await settled()
  expect(answers).toEqual(['c out'])
  await hand.advance(2_000)
  enter('unknown', 'd' as PriorityClass)
  await settled()
  expect(answers).toEqual(['c out', 'a out at 2000'])
  expect(slots.queued('unknown')).toBe(2)
})

test('a client that leaves while it waits leaves the queue', async () => {
  const { enter, answers, fill, slots, hand } = queueOf(10)
  fill('unknown', 7)
  const leaving = new AbortController()
  enter('unknown', 'unknown', leaving.signal)
  expect(slots.queued('unknown')).toBe(1)
  leaving.abort()
  await settled()
  expect(answers).toEqual(['unknown out at 0'])
  expect(slots.queued('unknown')).toBe(0)
  expect(hand.next()).toBeUndefined()
})

test('O03 in any order of events: never more than the limit, no unknown client in the reserve, no known one waits while there is room', () => {
  const priority = fc.constantFrom<PriorityClass>('known', 'unknown', 'bad')
  const event = fc.oneof(
    fc.record({ kind: fc.constant('come' as const), priority }),
    fc.record({ kind: fc.constant('go' as const), priority }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(event, { maxLength: 300 }), (limit, events) => {
      const { slots, hand } = queueOf(limit, { waiting: 0 })
      for (const { kind, priority } of events) {
        const before = slots.inside()
        if (kind === 'come') {
          const isIn = slots.enter(priority, hand, never)
          if (priority === 'known') expect(isIn).toBe(before < limit)
        } else if (slots.inside(priority) > 0) slots.leave(priority, hand)
        expect(slots.inside()).toBeLessThanOrEqual(limit)
        expect(slots.inside('unknown') + slots.inside('bad')).toBeLessThan(limit * 0.7 + 1)
      }
    }),
    { numRuns: runs(300) },
  )
})

test('a waiting client gets a slot as soon as the limit grows, though no session has ended', async () => {
  const hand = clock()
  let limit = 2
  const slots = new PriorityQueue({ limit: () => limit, reserve: () => 0.3, maxQueue: 5, maxWait: 5_000 })
  const enter = (priority: PriorityClass) => slots.enter(priority, hand, never)
  expect([enter('unknown'), enter('unknown')]).toEqual([true, true])
  const waiting = enter('unknown')
  expect(slots.queued('unknown')).toBe(1)
  limit = 10
  expect(enter('known')).toBe(true)
  expect(await waiting).toBe(true)
  expect(slots.inside()).toBe(4)
})

test('a pause of the process counts as two sweeps: a client that waited before it still gets the next slot', async () => {
  const hand = clock()
  let paused = 0
  const late = { ...hand, monotonic: () => hand.monotonic() + paused }
  const slots = new PriorityQueue({ limit: () => 2, reserve: () => 0, maxQueue: 5, maxWait: 5_000 })
  for (let client = 0; client < 2; client += 1) expect(slots.enter('unknown', late, never)).toBe(true)
  const waiting = slots.enter('unknown', late, never)
  await hand.advance(500)
  paused = 14_000
  await hand.advance(250)
  expect(slots.queued('unknown')).toBe(1)
  paused = 28_000
  slots.leave('unknown', late)
  expect(await waiting).toBe(true)
})
