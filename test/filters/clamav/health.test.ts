/** A scanner that fails is not asked, until it works again. */
import { expect, test } from 'vitest'
import { ScannerHealth } from '../../../src/filters/clamav/health.ts'
import { handClock } from '../../support/hand-clock.ts'

/** The health of a scanner that has just failed three times; the test answers its probes. */
function failed({ withProbe = true } = {}) {
  const clock = handClock()
  const answers: ((good: boolean) => void)[] = []
  const probe = () => new Promise<boolean>(resolve => answers.push(resolve))
  const health = new ScannerHealth({ failures: 3, retry: 1_000, ...(withProbe && { probe }) })
  for (let count = 0; count < 3; count += 1) health.report(clock, false)
  return { clock, health, answers, ready: () => health.isReady(clock) }
}

test('failures that are not in a row do not stop scans', async () => {
  const clock = handClock()
  const health = new ScannerHealth({ failures: 2, retry: 1_000 })
  for (const good of [false, true, false, true, false]) health.report(clock, good)
  expect(await health.isReady(clock)).toBe(true)
  health.report(clock, false)
  expect(await health.isReady(clock)).toBe(false)
})

test('one probe answers all scans that ask meanwhile', async () => {
  const { ready, answers } = failed()
  const asked = Promise.all([ready(), ready(), ready()])
  expect(answers).toHaveLength(1)
  answers[0]?.(true)
  expect(await asked).toEqual([true, true, true])
  expect(await ready()).toBe(true)
})

test('after a probe that failed no scan is let through before the next probe', async () => {
  const { clock, ready, answers } = failed()
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

test('without a probe one scan in each interval finds out, and its success ends the pause', async () => {
  const { clock, health, ready } = failed({ withProbe: false })
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
