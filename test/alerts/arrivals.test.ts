/** What alerts learn of arrivals: in steps of minutes, also across times of which nothing is known. */
import { expect, test } from 'vitest'
import { ArrivalForecasts } from '../../src/alerts/arrivals.ts'
import { handClock } from '../support/hand-clock.ts'

const MINUTE = 60_000
const DAY = 1_440

function setUp() {
  const clock = handClock({ now: Date.UTC(2026, 10, 2) })
  const forecasts = new ArrivalForecasts(clock)
  const daily = (): number => 200 * (1 + 0.5 * Math.sin((clock.now() / 86_400_000) * 2 * Math.PI))
  const live = (minutes: number, arrivals: () => number = daily) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      forecasts.take({ arrived: Math.round(arrivals()), refused: 3 })
      clock.pass(MINUTE)
    }
  }
  return { clock, forecasts, live }
}

test('arrivals that stop are unusual', () => {
  const { forecasts, live } = setUp()
  live(8 * DAY)
  expect(forecasts.unusual()).toBe(undefined)
  live(60, () => 0)
  expect(forecasts.unusual()?.direction).toBe('fewer')
})

test('what arrives while nothing is known is not absent, and what is counted then is no flood', () => {
  const { clock, forecasts, live } = setUp()
  live(8 * DAY)
  clock.pass(300 * MINUTE)
  forecasts.take({ arrived: 60_000, refused: 900 })
  clock.pass(MINUTE)
  for (let minute = 0; minute < 600; minute += 1) {
    live(1)
    expect(forecasts.unusual()).toBe(undefined)
  }
  expect(forecasts.refusals()?.count).toBe(45)
})

test('saving in such a time does not learn it as empty', () => {
  const { clock, forecasts, live } = setUp()
  live(3 * DAY)
  clock.pass(300 * MINUTE)
  const restored = new ArrivalForecasts(clock)
  expect(restored.restore(forecasts.save())).toBe(undefined)
  const expected = restored.arrivals.expect('1d')?.expected ?? 0
  expect(expected).toBeGreaterThan(400)
})

test('what cannot be read is named', () => {
  const { clock } = setUp()
  expect(new ArrivalForecasts(clock).restore('{"arrivals":"{}"}')).toContain('forecast.saved')
})
