/** The bytes that all requests of a server hold together. */
import { expect, test } from 'vitest'
import { byteBudget } from '../../../../src/adapters/shared/web/budget.ts'

const { signal } = new AbortController()

/** Whether a promise has settled by now. */
async function isDone(promise: Promise<void> | undefined): Promise<boolean> {
  let done = false
  promise?.then(
    () => {
      done = true
    },
    () => undefined,
  )
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
  return promise === undefined || done
}

test('P04 requests wait when the bytes are used up, and go on when some are given back', async () => {
  const budget = byteBudget(100)
  const [first, second, third] = [budget.open(signal), budget.open(signal), budget.open(signal)]
  expect([first.take(60), second.take(40)]).toEqual([undefined, undefined])
  // One at a time may go beyond, so that none waits for ever.
  expect(second.take(30)).toBeUndefined()
  const waits = third.take(50)
  expect(await isDone(waits)).toBe(false)
  first.close()
  expect(await isDone(waits)).toBe(false)
  second.close()
  expect(await isDone(waits)).toBe(true)
})

test('P04 each comes to its end, though all together want more than there is', async () => {
  const budget = byteBudget(100)
  let most = 0
  let held = 0
  const request = async () => {
    const share = budget.open(signal)
    for (let count = 0; count < 8; count += 1) {
      await share.take(10)
      held += 10
      most = Math.max(most, held)
      await Promise.resolve()
    }
    held -= 80
    share.close()
  }
  await Promise.all(Array.from({ length: 50 }, request))
  expect(most).toBeLessThanOrEqual(180)
})

test('a small request passes those that wait for much', () => {
  const budget = byteBudget(100)
  const [first, second, third] = [budget.open(signal), budget.open(signal), budget.open(signal)]
  first.take(90)
  first.take(90)
  const waits = second.take(50)
  expect(waits).toBeInstanceOf(Promise)
  first.close()
  expect(third.take(5)).toBeUndefined()
})

test('who leaves waits no more, and gives back what it had', async () => {
  const budget = byteBudget(100)
  const left = new AbortController()
  const [first, second, third] = [budget.open(signal), budget.open(left.signal), budget.open(signal)]
  first.take(150)
  const waits = second.take(10)
  left.abort()
  await expect(waits).rejects.toThrow('the client has left')
  await expect(second.take(10)).rejects.toThrow('the client has left')
  second.close()
  first.close()
  expect(third.take(100)).toBeUndefined()
})
