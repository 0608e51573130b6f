import { expect, test } from 'vitest'
import { OptimisticCounts } from '../../../src/filters/rate-limit/optimistic.ts'
import type { Spent } from '../../../src/filters/rate-limit/spent.ts'
import { clock, settled } from '../../../src/testing/clock.ts'

/** A store that counts, and how often it was asked now and later. */
function counting({ endsIn = 60_000 }: { readonly endsIn?: number } = {}) {
  const hand = clock()
  const counts = new OptimisticCounts(hand)
  const asked = { now: 0, later: 0 }
  let stored = 0
  let isHeld = false
  const held: (() => void)[] = []
  const spend = (cost = 1, { limit = 100, key = 'a', fails = false } = {}) => {
    const add = (): Spent => {
      stored += cost
      return { over: stored > limit, count: stored, endsIn }
    }
    return counts.spend({
      ...{ key, cost, limit },
      now: async () => {
        asked.now += 1
        return add()
      },
      later: async () => {
        asked.later += 1
        if (isHeld) await new Promise<void>(resolve => held.push(resolve))
        if (fails) throw new Error('the store is down')
        return add()
      },
    })
  }
  return {
    hand,
    asked,
    spend,
    stored: () => stored,
    hold: () => {
      isHeld = true
    },
    release: async () => {
      for (const go of held.splice(0)) go()
      await settled()
    },
  }
}

test('a key that was never counted is asked about, and then answered from memory', async () => {
  const { asked, spend } = counting()
  expect(await spend()).toEqual({ over: false, count: 1, endsIn: 60_000 })
  expect(await spend()).toEqual({ over: false, count: 2, endsIn: 60_000 })
  expect(asked).toEqual({ now: 1, later: 1 })
})

test('each key has its own count', async () => {
  const { asked, spend } = counting()
  await spend(1, { key: 'a' })
  await spend(1, { key: 'b' })
  expect(asked).toEqual({ now: 2, later: 0 })
})

test('up to half of the limit memory answers, and beyond it the store', async () => {
  const { asked, spend } = counting()
  await spend(49)
  expect(await spend(1)).toMatchObject({ count: 50 })
  expect(asked).toEqual({ now: 1, later: 1 })
  await settled()
  expect(await spend(1)).toMatchObject({ count: 51 })
  expect(asked).toEqual({ now: 2, later: 1 })
})

test('charges that are on their way count towards the half', async () => {
  const { asked, spend, hold, release } = counting()
  await spend(1)
  hold()
  for (let charge = 0; charge < 4; charge += 1) await spend(10)
  // 1, and 40 that have not arrived: 9 more fit below 50.
  expect(await spend(9)).toMatchObject({ count: 50 })
  expect(asked).toEqual({ now: 1, later: 5 })
  await spend(1)
  expect(asked.now).toBe(2)
  await release()
})

test('a charge that has arrived is counted once', async () => {
  const { spend, asked } = counting()
  await spend(10)
  await spend(10)
  await settled()
  expect(await spend(0)).toMatchObject({ count: 20 })
  expect(asked).toEqual({ now: 1, later: 1 })
})

test('a charge that fails is not counted, and the answer was given before', async () => {
  const { spend } = counting()
  await spend(10)
  expect(await spend(10, { fails: true })).toMatchObject({ count: 20 })
  await settled()
  expect(await spend(0)).toMatchObject({ count: 10 })
})

test('only to look charges nothing', async () => {
  const { spend, asked, stored } = counting()
  await spend(3)
  expect(await spend(0)).toMatchObject({ over: false, count: 3 })
  expect([asked.later, stored()]).toEqual([0, 3])
})

test('a count is used for less than five seconds', async () => {
  const { hand, asked, spend } = counting()
  await spend()
  hand.pass(4_999)
  await spend(0)
  expect(asked.now).toBe(1)
  hand.pass(1)
  await spend(0)
  expect(asked.now).toBe(2)
})

test('a count is used to the last millisecond of its window, and says how long that is', async () => {
  const { hand, asked, spend } = counting({ endsIn: 3_000 })
  await spend()
  hand.pass(2_999)
  expect(await spend(0)).toMatchObject({ endsIn: 1 })
  expect(asked.now).toBe(1)
  hand.pass(1)
  await spend(0)
  expect(asked.now).toBe(2)
})

test('a window without end has none in the answer, either', async () => {
  const { spend } = counting({ endsIn: -1 })
  expect(await spend()).toMatchObject({ endsIn: -1 })
  expect(await spend()).toMatchObject({ endsIn: -1 })
})

test('ten thousand keys are known, and the key of the oldest count is asked about again', async () => {
  const { asked, spend } = counting()
  for (let index = 0; index < 10_000; index += 1) await spend(0, { key: `${index}`, limit: 1e9 })
  await spend(0, { key: '0', limit: 1e9 })
  expect(asked.now).toBe(10_000)
  await spend(0, { key: 'another', limit: 1e9 })
  await spend(0, { key: '1', limit: 1e9 })
  expect(asked.now).toBe(10_001)
  await spend(0, { key: '0', limit: 1e9 })
  expect(asked.now).toBe(10_002)
})
