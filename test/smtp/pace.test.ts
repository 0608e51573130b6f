/** How much time a client earns by what it does. */
import { expect, test } from 'vitest'
import { Pace } from '../../src/smtp/pace.ts'

test('K03 a silent client is overdue after three seconds, and a command a second keeps it for a minute at most', () => {
  expect(new Pace(0).overdue(3_000)).toBe(0)
  expect(new Pace(0).overdue(3_001)).toBe(1)
  const pace = new Pace(0)
  for (let now = 0; now < 120_000; now += 1_000) {
    pace.commandObeyed(now)
    expect(pace.overdue(now + 999) > 0).toBe(now >= 60_000)
  }
})

test('K03 bytes earn their time, a burst buys no more than three seconds, and drips settle no debt', () => {
  const burst = new Pace(0)
  burst.received(10_000_000, 0)
  expect(burst.overdue(3_001)).toBe(1)
  const drips = new Pace(0)
  for (let now = 1_000; now <= 30_000; now += 1_000) drips.received(500, now)
  expect(drips.overdue(30_000)).toBeGreaterThan(25_000)
  const steady = new Pace(0)
  for (let now = 1_000; now <= 600_000; now += 1_000) {
    steady.received(20_000, now)
    expect(steady.overdue(now)).toBeLessThan(0)
  }
  steady.messageOver(600_000)
  expect(steady.overdue(602_999)).toBe(-1)
})

test('a client that has waited long for a reply owes nothing', () => {
  const pace = new Pace(0)
  pace.commandObeyed(50_000)
  expect(pace.overdue(50_000)).toBe(-1_000)
})
