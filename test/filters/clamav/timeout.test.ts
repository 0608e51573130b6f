import { expect, test } from 'vitest'
import { withTimeout } from '../../../src/filters/clamav/timeout.ts'
import { clock } from '../../../src/testing/clock.ts'

const never = () => new Promise<string>(() => undefined)

test('work that ends in time has its own result, and leaves no timer', async () => {
  const hand = clock()
  expect(await withTimeout({ clock: hand, ms: 100, late: 'late' }, async () => 'done')).toBe('done')
  expect(hand.next()).toBeUndefined()
})

test('work that does not end is late at its deadline, and not a millisecond before', async () => {
  const hand = clock()
  let result = 'none'
  const work = withTimeout({ clock: hand, ms: 100, late: 'late' }, never).then(found => {
    result = found
  })
  await hand.advance(99)
  expect(result).toBe('none')
  await hand.advance(1)
  await work
  expect(result).toBe('late')
})

test('the signal of the work aborts at the deadline, at an abort from outside, and when the work has ended', async () => {
  const hand = clock()
  const outside = new AbortController()
  const signals: AbortSignal[] = []
  const watch = (signal: AbortSignal) => {
    signals.push(signal)
    return never()
  }
  const atDeadline = withTimeout({ clock: hand, ms: 100, late: 'late' }, watch)
  const fromOutside = withTimeout({ clock: hand, ms: 200, late: 'late', signal: outside.signal }, watch)
  const ended = withTimeout({ clock: hand, ms: 200, late: 'late' }, async signal => {
    signals.push(signal)
    return 'done'
  })
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false])
  expect(await ended).toBe('done')
  await hand.advance(100)
  expect(await atDeadline).toBe('late')
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, true])
  outside.abort()
  expect(await fromOutside).toBe('late')
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
  expect(hand.next()).toBeUndefined()
})

test('work that is not wanted any more does not begin', async () => {
  let begun = 0
  const work = async () => {
    begun += 1
    return 'done'
  }
  expect(await withTimeout({ clock: clock(), ms: 100, late: 'late', signal: AbortSignal.abort() }, work)).toBe('late')
  expect(begun).toBe(0)
})

test('an error of the work is the error, and its timer is gone', async () => {
  const hand = clock()
  const work = withTimeout({ clock: hand, ms: 100, late: 'late' }, () => Promise.reject(new Error('broken')))
  await expect(work).rejects.toThrow('broken')
  expect(hand.next()).toBeUndefined()
})
