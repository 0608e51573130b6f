import { expect, test } from 'vitest'
import { spend } from '../../../src/filters/rate-limit/spent.ts'
import type { Limiter } from '../../../src/store/limiter.ts'

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
