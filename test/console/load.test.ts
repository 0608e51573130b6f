import { expect, test } from 'vitest'
import type { LivePoint } from '../../src/console/live/point.ts'
import { KeptForecast } from '../../src/console/load/kept-forecast.ts'
import { LoadSeries } from '../../src/console/load/series.ts'
import { forecast } from '../../src/load/forecast.ts'
import type { Expected } from '../../src/load/season.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock, settled } from '../../src/testing/clock.ts'
import { NOON } from '../history/events.ts'

const MINUTE = 60_000
const band: Expected = { expected: 10, low: 5, high: 20 }

const point = (time: number, fields: Partial<LivePoint> = {}): LivePoint => ({
  time,
  seconds: 10,
  sessions: { open: 1, opened: 2 },
  verdicts: { accept: 1, quarantine: 0, defer: 0, discard: 0, reject: 3 },
  early: { defer: 0, reject: 0 },
  load: { value: 0.2, level: 'green', parts: { busy: 0.2 } },
  nextHops: [],
  saved: { connections: 0, messages: 0, bytes: null, scans: null },
  ...fields,
})

test('a minute has the highest load, means of rates, and what was expected of it', () => {
  const series = new LoadSeries({ expect: () => band })
  const hop = (ms: number | null) => ({ name: 'a:25', up: true, delivered: 1, deferred: 0, refused: 0, ms })
  series.add(point(NOON, { nextHops: [hop(10)] }))
  series.add(point(NOON + 10_000, { nextHops: [hop(30)], load: { value: 0.9, level: 'red', parts: { busy: 0.9 } } }))
  series.add(point(NOON + 20_000, { nextHops: [hop(null)], sessions: { open: 1, opened: 8 } }))
  expect(series.last(1, NOON + MINUTE)).toEqual([])
  series.add(point(NOON + MINUTE))
  expect(series.last(1, NOON + 2 * MINUTE)).toEqual([
    {
      time: NOON,
      load: 0.9,
      parts: { busy: 0.9 },
      arrivals: 240,
      expected: band,
      verdicts: { accept: 1, quarantine: 0, defer: 0, discard: 0, reject: 3 },
      nextHops: { 'a:25': 20 },
    },
  ])
})

test('points of different lengths weigh by their length', () => {
  const series = new LoadSeries({ expect: () => undefined })
  series.add(point(NOON, { seconds: 9, sessions: { open: 1, opened: 1 } }))
  series.add(point(NOON + 1_000, { seconds: 1, sessions: { open: 1, opened: 11 } }))
  series.add(point(NOON + MINUTE))
  expect(series.last(1, NOON + MINUTE)[0]?.arrivals).toBe(120)
})

test('a day is kept, and an answer has at most 360 steps', () => {
  const series = new LoadSeries({ expect: () => undefined })
  for (let minute = 0; minute < 3_000; minute += 1) series.add(point(NOON + minute * MINUTE))
  const now = NOON + 3_000 * MINUTE
  const day = series.last(24, now)
  expect(day.length).toBe(360)
  expect(day.at(-1)?.time).toBe(now - 4 * MINUTE)
  expect(series.last(744, now).length).toBeLessThanOrEqual(360)
  expect(series.last(1, now).length).toBe(59)
})

test('the forecast of the next hours has its band, and is empty before a whole day was observed', () => {
  const hand = clock({ now: NOON })
  const arrivals = forecast({ clock: hand })
  const series = new LoadSeries(arrivals)
  expect(series.ahead(6, hand.now())).toEqual([])
  for (let minute = 0; minute < 1_500; minute += 1) {
    arrivals.arrived(minute % 2 === 0 ? 10 : 12)
    hand.pass(MINUTE)
  }
  const ahead = series.ahead(6, hand.now())
  expect(ahead.length).toBe(60)
  expect(ahead.at(-1)?.time).toBe(hand.now() + 6 * 60 * MINUTE)
  for (const { expected, low, high } of ahead) {
    expect(low).toBeLessThanOrEqual(expected)
    expect(high).toBeGreaterThanOrEqual(expected)
  }
})

test('what the forecast has learnt survives a restart, and what cannot be read is begun anew with a notice', async () => {
  const hand = clock({ now: NOON })
  const store = memoryStore({ clock: hand })
  const notices: string[] = []
  const open = async (): Promise<KeptForecast> => {
    const made = new KeptForecast({ store, node: 'mx1', clock: hand, notify: ({ code }) => notices.push(code) })
    await made.restore()
    return made
  }
  const first = await open()
  for (let minute = 0; minute < 1_500; minute += 1) {
    first.arrived(30)
    hand.pass(MINUTE)
  }
  const expected = first.expect('1h')
  expect(expected?.expected).toBeGreaterThan(20)
  await first.close()
  const second = await open()
  expect(second.expect('1h')).toEqual(expected)
  await second.close()
  expect(hand.next()).toBeUndefined()

  await store.run([{ op: 'set', key: 'console:forecast:mx1', value: '{"version":0}', ttl: 0 }])
  const third = await open()
  expect(third.expect('1h')).toBeUndefined()
  expect(notices).toEqual(['console/forecast'])
  await third.close()
})

test('a store that is down costs no forecast, and is reported once', async () => {
  const hand = clock({ now: NOON })
  const notices: string[] = []
  const store = { run: () => Promise.reject(new Error('the store is down')) }
  const kept = new KeptForecast({ store, node: 'mx1', clock: hand, notify: ({ code }) => notices.push(code) })
  await kept.restore()
  for (let minute = 0; minute < 1_500; minute += 1) {
    kept.arrived(30)
    hand.pass(MINUTE)
  }
  await settled()
  expect(kept.expect('1h')?.expected).toBeGreaterThan(20)
  expect(notices).toEqual(['console/forecast'])
  await kept.close()
})
