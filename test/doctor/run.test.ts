/** How checks are run: in their order, some at once, each with a deadline. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Check, runChecks } from '../../src/doctor/run.ts'
import { verdicts } from '../../src/doctor/verdicts.ts'
import { handClock } from '../support/hand-clock.ts'

const check = (name: string, run: Check['run']): Check => ({ name, expected: 'an answer', run })

test('results have the order of the checks, whichever ends first', async () => {
  const results = await runChecks([
    check('slow', async () => {
      await sleep(5)
      return [verdicts('slow', '').ok('well')]
    }),
    check('fast', () => [verdicts('fast', '').ok('well')]),
  ])
  expect(results.map(({ name }) => name)).toEqual(['slow', 'fast'])
})

test('a check that throws, and a check that takes too long, are unknown and never right', async () => {
  const clock = handClock()
  const signals: AbortSignal[] = []
  const running = runChecks(
    [
      check('broken', () => {
        throw new Error('no permission')
      }),
      check('silent', signal => {
        signals.push(signal)
        return new Promise(() => undefined)
      }),
      check('right', () => [verdicts('right', '').ok('well')]),
    ],
    { clock, timeout: 5_000 },
  )
  await clock.advance(5_000)
  expect(await running).toEqual([
    { name: 'broken', status: 'unknown', found: 'it could not be found out: no permission', expected: 'an answer' },
    { name: 'silent', status: 'unknown', found: 'no answer within 5 s', expected: 'an answer' },
    { name: 'right', status: 'ok', found: 'well', expected: '' },
  ])
  expect(signals[0]?.aborted).toBe(true)
})

test('at most so many run at once as is allowed', async () => {
  let [running, most] = [0, 0]
  const one = check('one', async () => {
    running += 1
    most = Math.max(most, running)
    await sleep(1)
    running -= 1
    return []
  })
  await runChecks(
    Array.from({ length: 9 }, () => one),
    { concurrency: 3 },
  )
  expect(most).toBe(3)
})
