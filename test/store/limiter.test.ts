import { RateLimiterMemory, RateLimiterUnion } from 'rate-limiter-flexible'
import { expect, test } from 'vitest'
import type { Store } from '../../src/model/store.ts'
import { storeLimiter } from '../../src/store/limiter.ts'
import { memoryStore } from '../../src/store/memory.ts'

test('spends, refuses with a result that is no Error, and begins anew', async () => {
  let time = 0
  const store = memoryStore({ clock: { monotonic: () => time } })
  const limiter = storeLimiter(store, { keyPrefix: 'p', points: 2, duration: 60 })
  expect(await limiter.consume('a')).toMatchObject({ consumedPoints: 1, remainingPoints: 1, msBeforeNext: 60_000 })
  time = 10_000.5
  expect(await limiter.consume('a')).toMatchObject({ consumedPoints: 2, remainingPoints: 0, msBeforeNext: 50_000 })
  const refusal: unknown = await limiter.consume('a').catch(result => result)
  expect(refusal).not.toBeInstanceOf(Error)
  expect(refusal).toMatchObject({ consumedPoints: 3, remainingPoints: 0, msBeforeNext: 50_000 })
  time = 60_000
  expect(await limiter.consume('a')).toMatchObject({ consumedPoints: 1, isFirstInDuration: true })
})

test('the rest of the interface works on the store too', async () => {
  const store = memoryStore({ clock: { monotonic: () => 0 } })
  const limiter = storeLimiter(store, { keyPrefix: 'p', points: 5, duration: 60 })
  expect(await limiter.get('a')).toBeNull()
  await limiter.penalty('a', 3)
  await limiter.reward('a', 1)
  expect(await limiter.get('a')).toMatchObject({ consumedPoints: 2, remainingPoints: 3 })
  await limiter.block('a', 600)
  expect(await limiter.get('a')).toMatchObject({ consumedPoints: 6, msBeforeNext: 600_000 })
  await expect(limiter.consume('a')).rejects.toMatchObject({ msBeforeNext: 600_000 })
  expect([await limiter.delete('a'), await limiter.delete('a'), store.size]).toEqual([true, false, 0])
  await limiter.set('a', 4, 0)
  expect(await limiter.get('a')).toMatchObject({ consumedPoints: 4, msBeforeNext: -1 })
})

test('two limits on one store count apart, and the library takes them into a union', async () => {
  const store = memoryStore({ clock: { monotonic: () => 0 } })
  const one = storeLimiter(store, { keyPrefix: 'one', points: 1, duration: 60 })
  const two = storeLimiter(store, { keyPrefix: 'two', points: 2, duration: 60 })
  const union = new RateLimiterUnion(one, two)
  await union.consume('a')
  await expect(union.consume('a')).rejects.toMatchObject({ one: { consumedPoints: 2 } })
  expect(store.size).toBe(2)
})

test('it is the insuranceLimiter of a limiter whose store is down', async () => {
  const insurance = storeLimiter(memoryStore(), { keyPrefix: 'local', points: 1, duration: 60 })
  const broken: Store = { run: () => Promise.reject(new Error('down')) }
  const limiter = storeLimiter(broken, { keyPrefix: 'far', points: 1, duration: 60 })
  await expect(limiter.consume('a')).rejects.toThrow('down')
  Object.assign(limiter, { insuranceLimiter: insurance })
  expect(await limiter.consume('a')).toMatchObject({ consumedPoints: 1 })
})

test("the library's memory limiter gives the same answers", async () => {
  const theirs = new RateLimiterMemory({ keyPrefix: 'p', points: 1, duration: 60 })
  const ours = storeLimiter(memoryStore(), { keyPrefix: 'p', points: 1, duration: 60 })
  for (const limiter of [theirs, ours]) {
    const first = await limiter.consume('a')
    const second: unknown = await limiter.consume('a').catch(result => result)
    expect(first).toMatchObject({ consumedPoints: 1, remainingPoints: 0, isFirstInDuration: true })
    expect(second).toMatchObject({ consumedPoints: 2, remainingPoints: 0, isFirstInDuration: false })
  }
})
