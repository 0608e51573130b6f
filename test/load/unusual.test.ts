/** Alarms about arrivals: months of a mail server with newsletters in bursts, drawn anew for each seed. */
import { describe, expect, test } from 'vitest'
import { UnusualCounts } from '../../src/load/unusual.ts'

const STEPS = 288
const WEEK = 7 * STEPS

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const usual = (index: number): number => {
  const hour = ((index % STEPS) / STEPS) * 24
  const isWeekend = Math.floor(index / STEPS) % 7 >= 5
  const daily = 40 + 400 * Math.exp(-(((hour - 10) / 3) ** 2)) + 200 * Math.exp(-(((hour - 15) / 2) ** 2))
  return isWeekend ? daily / 3 : daily
}

/** Arrivals with chance, drift from day to day, and bursts that are part of every week. */
function traffic(seed: number): (index: number) => number {
  const next = random(seed)
  let drift = 1
  let burst = 0
  return index => {
    if (index % 12 === 0) drift = 1 + 0.6 * (drift - 1) + 0.2 * (next() - 0.5)
    if (next() < 8 / WEEK) burst = 1 + 6 * next() ** 2
    burst *= 0.5
    const mean = usual(index) * drift * (1 + burst)
    const normal = Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next())
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
  }
}

/** How many alarms `weeks` bring, an hour apart at least, from `from` on. */
function alarmsOf(seed: number, weeks: number, change = (_index: number, count: number) => count) {
  const counts = new UnusualCounts(STEPS, 2)
  const arrivals = traffic(seed)
  const alarms: { at: number; kind: string; direction: string }[] = []
  for (let index = 0; index < weeks * WEEK; index += 1) {
    const before = counts.current
    counts.observe(index, change(index, arrivals(index)))
    const { current } = counts
    if (before === undefined && current) alarms.push({ at: index, kind: current.kind, direction: current.direction })
  }
  return alarms
}

test('there is at most about one alarm a week on traffic that has bursts every day', () => {
  const weekly = [1, 2, 3, 4, 5, 6].map(seed => alarmsOf(seed, 8).length / 7)
  expect(Math.max(...weekly)).toBeLessThanOrEqual(1)
})

describe('what is really unusual is found', () => {
  const monday = 5 * WEEK
  const ten = monday + STEPS * (10 / 24)
  const between = (index: number, from: number, steps: number): boolean => index >= from && index < from + steps
  test.for([
    ['an outage of three hours in the morning', 36, 0, 'fewer'],
    ['half of the mail for six hours', 72, 0.4, 'fewer'],
    ['a flood of ten times as much for a quarter of an hour', 3, 10, 'more'],
    ['three times as much for three hours', 36, 3, 'more'],
  ] as const)('%s', ([, steps, factor, direction]) => {
    const found = [1, 2, 3, 4, 5, 6].map(seed =>
      alarmsOf(seed, 6, (index, count) => (between(index, ten, steps) ? Math.round(count * factor) : count)).find(
        ({ at }) => between(at, ten, steps + 12),
      ),
    )
    expect(found.map(alarm => alarm?.direction)).toEqual(found.map(() => direction))
  })
})

test('there is no alarm in the first week, whatever comes', () => {
  const alarms = alarmsOf(1, 1, (index, count) => (index % 1000 === 999 ? 1_000_000 : count))
  expect(alarms).toEqual([])
})

test('a gap is unknown, not empty, and no alarm', () => {
  const counts = new UnusualCounts(STEPS, 2)
  const arrivals = traffic(3)
  for (let index = 0; index < 3 * WEEK; index += 1) counts.observe(index, arrivals(index))
  let alarms = 0
  for (let index = 4 * WEEK + 100; index < 5 * WEEK; index += 1) {
    const before = counts.current
    counts.observe(index, arrivals(index))
    if (before === undefined && counts.current) alarms += 1
  }
  expect(alarms).toBeLessThanOrEqual(1)
})

test('what was learnt survives a restart: the same alarms follow', () => {
  const whole = new UnusualCounts(STEPS, 2)
  const arrivals = traffic(5)
  for (let index = 0; index < 3 * WEEK; index += 1) whole.observe(index, arrivals(index))
  const restored = new UnusualCounts(STEPS, 2)
  restored.restore(JSON.parse(JSON.stringify(whole.save())))
  const notable = (counts: UnusualCounts): readonly (string | undefined)[] => {
    const after = traffic(6)
    return Array.from({ length: WEEK }, (_, step) => {
      counts.observe(3 * WEEK + STEPS + step, after(step) * (step === 400 ? 20 : 1))
      return counts.current?.kind
    })
  }
  const [a, b] = [notable(whole), notable(restored)]
  expect(b.slice(STEPS)).toEqual(a.slice(STEPS))
  expect(a.some(kind => kind !== undefined)).toBe(true)
})
