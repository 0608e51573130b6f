/** The alarm that tells when honest mail reads like spam more often than was asked for. */
import { expect, test } from 'vitest'
import { DriftAlarm, MESSAGES_BETWEEN_FALSE_ALARMS } from '../../src/classify/drift.ts'
import { newDice } from '../support/sorted-mail.ts'

/** The honest messages until the alarm; undefined where there was none. */
function untilAlarm(share: number, asked: number, dice: () => number, max: number): number | undefined {
  const alarm = new DriftAlarm(asked)
  for (let count = 1; count <= max; count += 1) if (alarm.add(dice() < share)) return count
  return undefined
}

test.for([0.005, 0.01, 0.05, 0.0005, 0.1])(
  'with a target of %f that is just met it alarms about once in 100,000 honest messages at most',
  asked => {
    const dice = newDice(4)
    let alarms = 0
    const alarm = new DriftAlarm(asked)
    for (let count = 0; count < 10 * MESSAGES_BETWEEN_FALSE_ALARMS; count += 1)
      if (alarm.add(dice() < asked)) alarms += 1
    // Ten are expected at most; chance adds some.
    expect(alarms).toBeLessThanOrEqual(18)
  },
)

test.for([
  [1, 3],
  [0.5, 20],
  [0.2, 60],
  [0.05, 400],
  [0.02, 2_500],
] as const)('when a share of %f reads like spam in place of 0.005, it alarms within %i messages', ([share, within]) => {
  const dice = newDice(7)
  const delays = Array.from({ length: 40 }, () => untilAlarm(share, 0.005, dice, 20_000) ?? Number.POSITIVE_INFINITY)
  expect(delays.toSorted((a, b) => a - b)[20]).toBeLessThanOrEqual(within)
})

test('a long time in which all was well does not delay it', () => {
  const alarm = new DriftAlarm(0.005)
  for (let count = 0; count < 1_000_000; count += 1) alarm.add(false)
  const alarms = Array.from({ length: 6 }, () => alarm.add(true))
  expect(alarms.indexOf(true)).toBeLessThan(4)
})

test('after an alarm it begins anew', () => {
  const alarm = new DriftAlarm(0.005)
  const until = () => {
    for (let count = 1; ; count += 1) if (alarm.add(true)) return count
  }
  expect([until(), until()]).toEqual([3, 3])
})
