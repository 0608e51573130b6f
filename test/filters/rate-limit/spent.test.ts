import { expect, test } from 'vitest'
import { spend, spendOn } from '../../../src/filters/rate-limit/spent.ts'
import type { Store } from '../../../src/model/store.ts'
import { type Limiter, storeLimiter } from '../../../src/store/limiter.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { clock } from '../../../src/testing/clock.ts'
import { fc } from '../../support/property.ts'

const limiter = (consume: (key: string, cost: number) => Promise<unknown>) => ({ consume }) as unknown as Limiter
const result = { consumedPoints: 3, msBeforeNext: 500, remainingPoints: 0, isFirstInDuration: false }

test('an answer is within the limit, a refusal is over it', async () => {
  expect(
    await spend(
      limiter(async () => result),
      'a',
      1,
    ),
  ).toEqual({ over: false, count: 3, endsIn: 500 })
  expect(
    await spend(
      limiter(() => Promise.reject(result)),
      'a',
      1,
    ),
  ).toEqual({ over: true, count: 3, endsIn: 500 })
})

test('the limiter is charged with the key and the cost', async () => {
  const charged: unknown[] = []
  const noting = limiter(async (...charge) => {
    charged.push(charge)
    return result
  })
  await spend(noting, 'key', 25)
  expect(charged).toEqual([['key', 25]])
})

test('an error is an error, and never a refusal', async () => {
  await expect(
    spend(
      limiter(() => Promise.reject(new Error('down'))),
      'a',
      1,
    ),
  ).rejects.toThrow('down')
})

test.for([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'over'],
  ['a count without a time', { consumedPoints: 1 }],
  ['a time without a count', { msBeforeNext: 1 }],
  ['texts', { consumedPoints: '1', msBeforeNext: '1' }],
] as const)('%s is no result, as an answer or as a refusal', async ([, said]) => {
  for (const consume of [async () => said, () => Promise.reject(said)])
    await expect(spend(limiter(consume), 'a', 1)).rejects.toThrow('it answered with something that is no result')
})

test('without a limiter nothing is passed as within the limit', async () => {
  await expect(spend(undefined, 'a', 1)).rejects.toThrow('there is no limiter')
})

test('counts on a store are those of a limiter of rate-limiter-flexible, and are there without a promise', async () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b'),
    cost: fc.nat(3),
    pass: fc.constantFrom(0, 1, 400, 999, 1_000),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
      const hand = clock()
      const spec = { keyPrefix: 'limit', points: 4, duration: 2 }
      const [fast, slow] = [memoryStore({ clock: hand }), memoryStore({ clock: hand })]
      const oracle = storeLimiter(slow, spec)
      for (const { key, cost, pass } of steps) {
        hand.pass(pass)
        const spent = spendOn(fast, spec, key, cost)
        expect(spent).not.toBeInstanceOf(Promise)
        expect(spent).toEqual(await spend(oracle, key, cost))
      }
    }),
  )
})

test('a store that answers with a promise of another library is waited for', async () => {
  const then = (done: (answers: unknown) => void) => done([{ count: 9, endsIn: 1.5 }])
  const counted = Object.fromEntries([['then', then]])
  const store = { run: () => counted } as unknown as Store
  const spent = spendOn(store, { keyPrefix: 'limit', points: 4, duration: 2 }, 'a', 1)
  expect(await spent).toEqual({ over: true, count: 9, endsIn: 2 })
})
