import { expect, test } from 'vitest'
import { stacked, thinned } from '../../src/console/web/charts/series.ts'
import { inert } from '../../src/console/web/format.ts'
import { partsData, verdictData } from '../../src/console/web/live/data.ts'
import { judge } from '../../src/console/web/live/judgement.ts'
import { BEGIN, type LivePoint, reduce } from '../../src/console/web/live/view.ts'
import { arrivalsData, hourlyData } from '../../src/console/web/load/data.ts'
import { en } from '../../src/console/web/texts/en.ts'
import { zhCN } from '../../src/console/web/texts/zh-CN.ts'

const point = (second: number, fields: Partial<LivePoint> = {}): LivePoint => ({
  time: second * 1000,
  seconds: 1,
  sessions: { open: 1, opened: 1 },
  verdicts: { accept: 5, quarantine: 0, defer: 0, discard: 0, reject: 2 },
  early: { defer: 0, reject: 0 },
  load: { value: 0.2, level: 'green', parts: { busy: 0.2, memory: 0.1 } },
  nextHops: [],
  saved: { connections: 0, messages: 0, bytes: null, scans: null },
  ...fields,
})
const hop = (name: string, fields: Partial<LivePoint['nextHops'][number]> = {}) => ({
  ...{ name, up: true, delivered: 1, deferred: 0, refused: 0, ms: 10 },
  ...fields,
})
const many = (seconds: number, of: (second: number) => Partial<LivePoint> = () => ({})) =>
  Array.from({ length: seconds }, (_, second) => point(second, of(second)))

const kinds = (points: readonly LivePoint[], isFailing = false) => {
  const { wellness, concerns } = judge(points, isFailing)
  return [wellness, ...concerns.map(({ kind }) => kind)]
}

test.for([
  ['an ordinary minute', many(60), ['well']],
  ['no point yet', [], ['unknown']],
  ['a next hop that is down', many(5, () => ({ nextHops: [hop('a', { up: false })] })), ['trouble', 'next-hop-down']],
  ['a next hop whose state is not known', many(5, () => ({ nextHops: [hop('a', { up: null })] })), ['well']],
  ['a next hop that defers', many(5, () => ({ nextHops: [hop('a', { deferred: 3 })] })), ['busy', 'next-hop-failing']],
  ['amber', many(5, () => ({ load: { value: 0.8, level: 'amber', parts: { busy: 0.8 } } })), ['busy', 'load']],
  ['red', many(5, () => ({ load: { value: 1, level: 'red', parts: { busy: 1 } } })), ['trouble', 'load']],
  ['a flood after a quiet minute', many(60, s => refusing(s < 50 ? 2 : 100)), ['busy', 'flood']],
  ['refusals that have always been many', many(60, () => refusing(100)), ['well']],
  ['a few refusals after none', many(60, s => refusing(s < 50 ? 0 : 4)), ['well']],
  ['one second of refusals', many(60, s => refusing(s === 59 ? 40 : 2)), ['well']],
  ['mail that is deferred', many(20, () => deferring(20)), ['busy', 'deferring']],
  [
    'clients that are always asked to come later',
    many(60, () => ({ ...deferring(20), early: { defer: 20, reject: 0 } })),
    ['well'],
  ],
  ['a flood of clients that are asked to come later', many(60, s => late(s < 50 ? 0 : 50)), ['busy', 'flood']],
] as const)('%s is judged as %o', ([, points, expected]) => {
  expect(kinds(points)).toEqual(expected)
})

function late(defer: number) {
  return { ...deferring(defer), early: { defer, reject: 0 } }
}
function refusing(reject: number) {
  return { verdicts: { accept: 5, quarantine: 0, defer: 0, discard: 0, reject } }
}
function deferring(defer: number) {
  return { verdicts: { accept: 5, quarantine: 0, defer, discard: 0, reject: 0 } }
}

test('metrics that cannot be read are never called well', () => {
  expect(kinds(many(60), true)).toEqual(['unknown', 'no-metrics'])
})

test.for([en, zhCN])('names in what is wrong are whole, and cannot turn the text around', texts => {
  const [concern] = judge(
    many(3, () => ({ nextHops: [hop('mx\u202E.example.org:25', { up: false })] })),
    false,
  ).concerns
  expect(concern && texts.live.concern(concern, inert)).toContain('mx\\u202e.example.org:25')
})

test('the view keeps ten minutes, and begins anew when the stream does', () => {
  const slow = Array.from({ length: 600 }, (_, index) => point(10 * index, { seconds: 10 }))
  expect(reduce(BEGIN, { kind: 'start', start: { points: slow, isFailing: false } }).points.length).toBe(60)
  const started = reduce(BEGIN, { kind: 'start', start: { points: many(600), isFailing: true } })
  expect(started).toMatchObject({ state: 'live', isFailing: true })
  const next = reduce(started, { kind: 'point', point: point(600) })
  expect(next.points.length).toBe(600)
  expect(next.points.at(-1)?.time).toBe(600_000)
  expect(next.isFailing).toBe(false)
  expect(reduce(next, { kind: 'state', state: 'paused' }).points.length).toBe(600)
  expect(reduce(next, { kind: 'start', start: { points: [], isFailing: false } }).points).toEqual([])
})

test('areas are stacked from the bottom, lines are not', () => {
  const area = (values: (number | null)[]) => ({ name: '', colour: 'red', form: 'area', values }) as const
  const line = { name: '', colour: 'blue', values: [7, 7] } as const
  expect(stacked([area([1, 2]), line, area([3, null])])).toEqual([
    [1, 2],
    [7, 7],
    [4, 2],
  ])
})

test('a table of many values has at most so many rows, the newest first', () => {
  expect(thinned(0, 30)).toEqual([])
  expect(thinned(3, 30)).toEqual([2, 1, 0])
  const rows = thinned(1_000, 30)
  expect(rows.length).toBeLessThanOrEqual(30)
  expect(rows[0]).toBe(999)
})

test('discarded mail is drawn only where there is some, and only the highest parts of the load are', () => {
  expect(verdictData(many(2), en).series.map(({ name }) => name)).toEqual(['Accepted', 'Held', 'Deferred', 'Refused'])
  const discarding = many(2, () => ({ verdicts: { accept: 0, quarantine: 0, defer: 0, discard: 1, reject: 0 } }))
  expect(verdictData(discarding, en).series.length).toBe(5)
  const parts = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`backend-${index}`, index / 100]))
  const { series } = partsData([{ time: 0, value: 0.4, parts }], en)
  expect(series.map(({ name }) => name)).toEqual(['Load', 'backend-36', 'backend-37', 'backend-38', 'backend-39'])
})

test('hours without mail are nought, and one hour alone is still a line', () => {
  const hour = 3_600_000
  const counts = { accept: 3, reject: 1 }
  const { times, series } = hourlyData([{ hour: 10 * hour, counts }], 4, 12.5 * hour, en)
  expect(times).toEqual([9, 10, 11, 12].map(time => time * hour))
  expect(series.map(({ name, values }) => [name, values])).toEqual([
    ['Accepted', [0, 3, 0, 0]],
    ['Refused', [0, 1, 0, 0]],
  ])
  expect(hourlyData([{ hour: 12 * hour, counts }], 1, 12.5 * hour, en).times.length).toBe(2)
})

test('the forecast follows what was counted, and the present is marked', () => {
  const band = { expected: 5, low: 2, high: 9 }
  const step = (time: number, fields = {}) => ({
    ...{ time, load: 0, parts: {}, arrivals: 4, nextHops: {}, ...refusing(1), ...fields },
  })
  const data = arrivalsData({ steps: [step(1), step(2, { expected: band })], forecast: [{ time: 3, ...band }] }, en)
  expect(data.times).toEqual([1, 2, 3])
  expect(data.series.map(({ values }) => values)).toEqual([
    [4, 4, null],
    [null, 5, 5],
  ])
  expect(data.band).toMatchObject({ low: [null, 2, 2], high: [null, 9, 9] })
  expect(data.mark).toBe(2)
  expect(arrivalsData({ steps: [step(1)], forecast: [] }, en).band).toBeUndefined()
})
