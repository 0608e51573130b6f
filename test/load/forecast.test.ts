/** Arrivals foretold: weeks of a mail server's days, played with a clock in the hand. */
import { beforeAll, describe, expect, test } from 'vitest'
import { type Forecast, forecast } from '../../src/load/forecast.ts'
import { Season } from '../../src/load/season.ts'
import { PosternError } from '../../src/model/errors.ts'

const MINUTE = 60_000
const DAY = 86_400_000
/** A Monday. */
const MONDAY = Date.UTC(2026, 10, 2)

/** A mail server's minute: nights are quiet, mornings busy, weekends half of it. */
function rate(at: number): number {
  const hour = (at % DAY) / 3_600_000
  const day = new Date(at).getUTCDay()
  const daily = 20 + 180 * Math.exp(-(((hour - 10) / 3) ** 2)) + 90 * Math.exp(-(((hour - 15) / 2) ** 2))
  return day === 0 || day === 6 ? daily / 2 : daily
}

/** The same numbers on every machine. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** As many as come by chance when `mean` are expected (nearly Poisson). */
function chance(mean: number, next: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next())
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
}

/** A clock of two hands: what the wall shows, and what has passed. */
function hands(now: number) {
  let passed = 0
  let wall = now
  return {
    now: () => wall,
    monotonic: () => passed,
    pass: (ms: number) => {
      passed += ms
      wall += ms
    },
    jump: (ms: number) => {
      wall += ms
    },
  }
}

describe('O07 four weeks of arrivals', () => {
  const clock = hands(MONDAY)
  const next = random(7)
  let arrivals: Forecast
  const errors = { ours: 0, naive: 0, within: 0, judged: 0 }

  beforeAll(() => {
    arrivals = forecast({ clock })
    const counts: number[] = []
    for (let minute = 0; minute < 28 * 1440; minute += 1) {
      const count = chance(rate(clock.now()), next)
      const expected = minute >= 14 * 1440 ? arrivals.expect('1m') : undefined
      if (expected) {
        errors.judged += 1
        errors.ours += Math.abs(expected.expected - count)
        errors.naive += Math.abs((counts[minute - 7 * 1440] ?? 0) - count)
        if (count >= Math.floor(expected.low) && count <= Math.ceil(expected.high)) errors.within += 1
      }
      arrivals.arrived(count)
      counts.push(count)
      clock.pass(MINUTE)
    }
  })

  test('O07 the error is below that of the seasonal-naive forecast', () => {
    expect(errors.judged).toBeGreaterThan(20_000)
    expect(errors.ours / errors.naive).toBeLessThan(0.85)
  })

  test('nine of ten counts lie in the interval', () => {
    expect(errors.within / errors.judged).toBeGreaterThan(0.85)
    expect(errors.within / errors.judged).toBeLessThan(0.98)
  })

  test('the peak of the next day is forecast: about ten in the morning, about two hundred a minute', () => {
    const peak = arrivals.peak('1d')
    const at = new Date(clock.now() + (peak?.in ?? 0))
    expect(at.getUTCHours()).toBeGreaterThanOrEqual(9)
    expect(at.getUTCHours()).toBeLessThanOrEqual(11)
    expect(peak?.expected).toBeGreaterThan(150)
    expect(peak?.expected).toBeLessThan(260)
  })

  test('O07 five times as much as usual is noticed within a minute, and the usual is not', () => {
    let highest = 0
    for (let part = 0; part < 60; part += 1) {
      arrivals.arrived(chance(rate(clock.now()) / 6, next))
      highest = Math.max(highest, Math.abs(arrivals.anomaly()))
      clock.pass(MINUTE / 6)
    }
    expect(highest).toBeLessThan(6)
    let noticed = 0
    for (let part = 1; part <= 6 && noticed === 0; part += 1) {
      arrivals.arrived(chance((5 * rate(clock.now())) / 6, next))
      if (arrivals.anomaly() > 6) noticed = part
      clock.pass(MINUTE / 6)
    }
    expect(noticed).toBeGreaterThan(0)
  })

  test('a flood of an hour does not become part of the pattern', () => {
    const before = arrivals.expect('1d')?.expected ?? 0
    for (let minute = 0; minute < 60; minute += 1) {
      arrivals.arrived(50_000)
      clock.pass(MINUTE)
    }
    for (let minute = 0; minute < 23 * 60; minute += 1) {
      arrivals.arrived(chance(rate(clock.now()), next))
      clock.pass(MINUTE)
    }
    expect(arrivals.expect('1m')?.expected).toBeLessThan(4 * before)
  })
})

test('there is no forecast before a whole day was observed', () => {
  const clock = hands(MONDAY)
  const arrivals = forecast({ clock })
  for (let minute = 0; minute < 1439; minute += 1) {
    arrivals.arrived(100)
    clock.pass(MINUTE)
  }
  expect([arrivals.expect('1h'), arrivals.peak('1h'), arrivals.anomaly()]).toEqual([undefined, undefined, 0])
  arrivals.arrived(100)
  clock.pass(MINUTE)
  expect(arrivals.expect('1h')?.expected).toBeCloseTo(100, 0)
})

test.for([
  ['an hour back', -60 * MINUTE],
  ['an hour forward', 60 * MINUTE],
  ['a year forward', 365 * DAY],
] as const)('D09 a wall clock that jumps %s breaks nothing and is no surge', ([, jump]) => {
  const clock = hands(MONDAY)
  const arrivals = forecast({ clock })
  const live = (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      arrivals.arrived(100)
      clock.pass(MINUTE)
    }
  }
  live(3 * 1440)
  clock.jump(jump)
  live(120)
  expect(arrivals.expect('1m')?.expected).toBeCloseTo(100, -1)
  expect(Math.abs(arrivals.anomaly())).toBeLessThan(3)
})

test('minutes without arrivals count as empty', () => {
  const clock = hands(MONDAY)
  const arrivals = forecast({ clock })
  arrivals.arrived(1000)
  clock.pass(2 * DAY)
  expect(arrivals.expect('1m')?.expected).toBeLessThan(1)
})

test('a step that does not divide a day is refused', () => {
  expect(() => forecast({ step: '7m' })).toThrow(PosternError)
  expect(() => forecast({ step: 10 })).toThrow('forecast.step')
})

test('the memory of a season does not grow', () => {
  const minutes = new Season(1440, 10)
  for (let index = 0; index < 3 * 10_080; index += 1) minutes.observe(index, index % 7)
  expect(minutes.observed).toBe(30_240)
})

describe('a forecast that was saved', () => {
  const learn = (days: number) => {
    const clock = hands(MONDAY)
    const arrivals = forecast({ clock })
    const next = random(11)
    for (let minute = 0; minute < days * 1440; minute += 1) {
      arrivals.arrived(chance(rate(clock.now()), next))
      clock.pass(MINUTE)
    }
    return { clock, arrivals }
  }
  const { clock, arrivals } = learn(9)
  const saved = arrivals.save()
  const peak = arrivals.peak('1d')?.expected ?? 0

  test('goes on where it was: the same forecast, and no surge in its first minutes', () => {
    clock.pass(20 * MINUTE + 30_000)
    const restored = forecast({ clock, saved })
    // The first minutes after the start had already begun, and the window of the last minute is not full.
    expect(restored.anomaly()).toBe(0)
    for (let part = 0; part < 12; part += 1) {
      restored.arrived(Math.round(rate(clock.now()) / 6))
      expect(Math.abs(restored.anomaly())).toBeLessThan(6)
      clock.pass(MINUTE / 6)
    }
    expect((restored.peak('1d')?.expected ?? 0) / peak).toBeCloseTo(1, 1)
    expect(restored.unusual()).toBe(undefined)
  })

  test('has a bounded size', () => {
    expect(saved.length).toBeLessThan(150_000)
  })

  test.for([
    ['cut', (text: string) => text.slice(0, 500)],
    ['of another version', (text: string) => text.replace('"version":1', '"version":9')],
    ['of another step', () => forecast({ step: '5m' }).save()],
    ['with a part that is too short', (text: string) => text.replace(/"arrays":\["[^"]*"/, '"arrays":["AAAA"')],
    ['with numbers that are none', (text: string) => text.replace(/"numbers":\[/, '"numbers":[null,')],
    ['with floats that are none', (text: string) => text.replace(/"arrays":\["[^"]{8}/, '"arrays":["//////8A')],
    ['not text of ours', () => 'null'],
    ['empty', () => ''],
  ] as const)('is refused when it is %s', ([, damage]) => {
    expect(() => forecast({ clock, saved: damage(saved) })).toThrow('begin without it')
  })
})

test('time that is skipped is unknown: no outage in it, and no flood after it', () => {
  const clock = hands(MONDAY)
  const arrivals = forecast({ clock })
  const live = (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      arrivals.arrived(100)
      clock.pass(MINUTE)
    }
  }
  live(8 * 1440)
  clock.pass(300 * MINUTE)
  arrivals.skip()
  expect(arrivals.anomaly()).toBe(0)
  live(30)
  expect(arrivals.unusual()).toBe(undefined)
  expect(Math.abs(arrivals.anomaly())).toBeLessThan(6)
  expect(arrivals.expect('1m')?.expected).toBeCloseTo(100, 0)
})
