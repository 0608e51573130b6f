/** A service that fails is left alone, and found again. */
import { expect, test } from 'vitest'
import { breaker } from '../../../src/filters/clamav/breaker.ts'
import { handClock } from '../../support/hand-clock.ts'

/** A breaker that has just opened, on a service whose probes are answered by the test. */
function opened({ withProbe = true } = {}) {
  const clock = handClock()
  const answers: ((good: boolean) => void)[] = []
  const probe = () => new Promise<boolean>(resolve => answers.push(resolve))
  const health = breaker({ failures: 3, retry: 1_000, ...(withProbe && { probe }) })
  for (let count = 0; count < 3; count += 1) health.report(clock, false)
  return { clock, health, answers, ready: () => health.ready(clock) }
}

test('failures that are not in a row do not open it', async () => {
  const clock = handClock()
  const health = breaker({ failures: 2, retry: 1_000 })
  for (const good of [false, true, false, true, false]) health.report(clock, good)
  expect(await health.ready(clock)).toBe(true)
  health.report(clock, false)
  expect(await health.ready(clock)).toBe(false)
})

test('once open, one probe answers all who ask meanwhile', async () => {
  const { ready, answers } = opened()
  const asked = Promise.all([ready(), ready(), ready()])
  expect(answers).toHaveLength(1)
  answers[0]?.(true)
  expect(await asked).toEqual([true, true, true])
  expect(await ready()).toBe(true)
})

test('after a probe that failed nobody is let through before the next one', async () => {
  const { clock, ready, answers } = opened()
  const first = ready()
  answers[0]?.(false)
  expect(await first).toBe(false)
  clock.pass(999)
  expect(await ready()).toBe(false)
  expect(answers).toHaveLength(1)
  clock.pass(1)
  const second = ready()
  answers[1]?.(true)
  expect(await second).toBe(true)
})

test('without a probe one asker in each interval finds out, and success closes it', async () => {
  const { clock, health, ready } = opened({ withProbe: false })
  expect(await ready()).toBe(false)
  clock.pass(1_000)
  expect([await ready(), await ready()]).toEqual([true, false])
  health.report(clock, false)
  expect(await ready()).toBe(false)
  clock.pass(1_000)
  expect(await ready()).toBe(true)
  health.report(clock, true)
  expect([await ready(), await ready()]).toEqual([true, true])
})
