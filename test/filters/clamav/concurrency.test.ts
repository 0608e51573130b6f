/** Turns at a limited place: given in order, given back once, and left by who need not wait any more. */
import { expect, test } from 'vitest'
import { concurrencyLimiter } from '../../../src/model/concurrency.ts'

const nobody = new AbortController().signal

/** Where a promise stands after all that can run now has run. */
const state = async (promise: Promise<unknown>): Promise<'waits' | 'in' | 'away'> => {
  const turn = await Promise.race([promise, new Promise(resolve => setImmediate(resolve, 'waits'))])
  return turn === 'waits' ? 'waits' : turn ? 'in' : 'away'
}

test('as many as the limit go in, the next wait in order, and the rest are sent away', async () => {
  const turns = concurrencyLimiter(2, 2)
  const [a, b, c, d, e] = [1, 2, 3, 4, 5].map(() => turns.enter(nobody))
  expect(await Promise.all([a, b, c, d, e].map(p => state(p ?? Promise.reject())))).toEqual([
    'in',
    'in',
    'waits',
    'waits',
    'away',
  ])
  ;(await a)?.()
  expect(await Promise.all([c, d].map(p => state(p ?? Promise.reject())))).toEqual(['in', 'waits'])
})

test('a turn that is ended twice frees one place', async () => {
  const turns = concurrencyLimiter(1, 5)
  const end = await turns.enter(nobody)
  const [next, last] = [turns.enter(nobody), turns.enter(nobody)]
  end?.()
  end?.()
  expect([await state(next), await state(last)]).toEqual(['in', 'waits'])
})

test('a scan that is aborted leaves the queue, and the one behind moves up', async () => {
  const turns = concurrencyLimiter(1, 2)
  const end = await turns.enter(nobody)
  const impatient = new AbortController()
  const [left, waits] = [turns.enter(impatient.signal), turns.enter(nobody)]
  impatient.abort()
  expect(await state(left)).toBe('away')
  end?.()
  expect(await state(waits)).toBe('in')
  expect(await state(turns.enter(impatient.signal))).toBe('away')
})
