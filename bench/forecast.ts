/**
 * How well `season` foretells counts, beside the naive forecasts: this day's step of yesterday, of a week ago.
 *
 *     POSTERN_DATA=DIR node bench/forecast.ts     with the series/*.csv of that folder
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Season } from '../src/load/season.ts'
import { UnusualCounts } from '../src/load/unusual.ts'

interface Series {
  readonly name: string
  readonly stepsPerDay: number
  readonly first: number
  readonly counts: readonly number[]
}

const DAY = 86_400_000
/** Minutes on each side over which a step is smoothed. */
const SMOOTH = 10
const HOUR = 3_600_000
const WEEK = 7 * DAY
/** Standard deviations. */
const ALARM = 6

const smoothing = (stepsPerDay: number): number => Math.round((SMOOTH / 1440) * stepsPerDay)

const stamp = (time: string): number => Date.parse(`${time.replace(' ', 'T')}Z`)

/** Reads `timestamp,value` lines onto a grid; a step without a value repeats the one before. */
function read(folder: string, name: string): Series {
  const rows = readFileSync(join(folder, name), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(row => row.split(','))
    .map(([time = '', value]) => [stamp(time), Number(value)] as const)
  const gaps = rows.slice(1).map(([time], index) => time - (rows[index]?.[0] ?? time))
  const step = gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 60_000
  const first = Math.floor((rows[0]?.[0] ?? 0) / step)
  const counts: number[] = []
  for (const [time, value] of rows) {
    const place = Math.floor(time / step) - first
    while (counts.length < place) counts.push(counts.at(-1) ?? value)
    counts[place] = value
  }
  return { name, stepsPerDay: DAY / step, first, counts }
}

type Span = readonly [from: number, to: number]

/**
 * How many of the labelled windows that end in a span have an alarm in them after the first week, and how many alarms
 * of the span are in no window.
 */
function alarms(
  { stepsPerDay, first, counts }: Series,
  { windows, span: [begin, end] }: { readonly windows: readonly Span[]; readonly span: Span },
  isAlarm: (index: number, count: number) => boolean,
) {
  const step = DAY / stepsPerDay
  const hit = new Set<number>()
  let outside = 0
  let quietUntil = 0
  counts.forEach((count, index) => {
    const at = (first + index) * step
    if (!isAlarm(first + index, count)) return
    const place = windows.findIndex(([from, to]) => at >= from && at <= to)
    if (place >= 0) hit.add(place)
    // An alarm lasts an hour.
    else if (at > quietUntil && at >= begin && at < end) outside += 1
    quietUntil = at + HOUR
  })
  const judged = windows.filter(([, to]) => to >= begin && to < end)
  const found = windows.filter(([, to], place) => hit.has(place) && to >= begin && to < end)
  return { found: found.length, windows: judged.length, weekly: outside / ((end - begin) / WEEK) }
}

/** The rule before: beyond six standard deviations of one step. */
function beyondSix({ stepsPerDay }: Series) {
  const season = new Season(stepsPerDay, smoothing(stepsPerDay))
  return (index: number, count: number) => {
    const surprise = season.observed >= stepsPerDay * 7 ? season.surprise(count) : 0
    season.observe(index, count)
    return Math.abs(surprise) > ALARM
  }
}

/** The rule of `forecast().unusual()`. */
function unusual({ stepsPerDay }: Series) {
  const counts = new UnusualCounts(stepsPerDay, smoothing(stepsPerDay))
  return (index: number, count: number) => {
    counts.observe(index, count)
    return counts.isNow
  }
}

/** Mean absolute error at each horizon, and how many counts lay within the interval. */
function judge({ stepsPerDay, first, counts }: Series, horizons: readonly number[]) {
  const ours: Season = new Season(stepsPerDay, smoothing(stepsPerDay))
  const errors = horizons.map(() => ({ ours: 0, day: 0, week: 0, within: 0 }))
  const far = horizons.at(-1) ?? 1
  const warm = Math.min(stepsPerDay * 7, counts.length >> 1)
  let judged = 0
  const at = (index: number) => counts[index] ?? 0
  counts.forEach((count, index) => {
    ours.observe(first + index, count)
    if (index < warm || index + far >= counts.length) return
    judged += 1
    for (const [place, horizon] of horizons.entries()) {
      const error = errors[place]
      if (error === undefined) continue
      const real = at(index + horizon)
      const { expected, low, high } = ours.expect(horizon)
      error.ours += Math.abs(expected - real)
      error.day += Math.abs(at(index + horizon - stepsPerDay) - real)
      error.week += Math.abs(at(index + horizon - stepsPerDay * 7) - real)
      if (real >= Math.floor(low) && real <= Math.ceil(high)) error.within += 1
    }
  })
  return errors.map(({ ours, day, week, within }) => ({
    naive: ours / Math.min(day, week),
    mae: ours / judged,
    within: within / judged,
  }))
}

const { POSTERN_DATA } = process.env
if (POSTERN_DATA === undefined) {
  console.error('POSTERN_DATA is not set: name the folder that holds series/*.csv')
  process.exit(1)
}
const folder = join(POSTERN_DATA, 'series')
console.log(
  'mean absolute error as a ratio to the better of the two seasonal-naive forecasts (counts within the 90 % interval)',
)
for (const name of readdirSync(folder).filter(name => name.endsWith('.csv'))) {
  const series = read(folder, name)
  const horizons = [1 / series.stepsPerDay, 1 / 24, 1 / 4, 1].map(days => Math.round(days * series.stepsPerDay))
  const errors = judge(series, horizons).map(
    ({ naive, within }) => `${naive.toFixed(2)} (${(within * 100).toFixed(0)} %)`,
  )
  console.log(`  ${name}: one step ${errors[0]}, an hour ${errors[1]}, six hours ${errors[2]}, a day ${errors[3]}`)
}

const labels = JSON.parse(readFileSync(join(folder, 'combined_windows.json'), 'utf8')) as Record<string, string[][]>
console.log(
  '\nalarms after the first week: labelled windows with one, and how many a week elsewhere · first half · second half',
)
for (const name of readdirSync(folder).filter(name => name.endsWith('.csv'))) {
  const label = Object.keys(labels).find(key => key.endsWith(`/${name}`) || key.endsWith(`_${name}`))
  const windows = ((label ? labels[label] : undefined) ?? []).map(
    ([from = '', to = '']) => [stamp(from), stamp(to)] as const,
  )
  const series = read(folder, name)
  const step = DAY / series.stepsPerDay
  const [begin, end] = [series.first * step + WEEK, (series.first + series.counts.length) * step]
  const middle = (begin + end) / 2
  for (const [rule, make] of [
    [`beyond ${ALARM} deviations`, beyondSix],
    ['unusual', unusual],
  ] as const) {
    const cells = (
      [
        [begin, end],
        [begin, middle],
        [middle, end],
      ] as const
    ).map(span => {
      const { found, windows: judged, weekly } = alarms(series, { windows, span }, make(series))
      return `${found} of ${judged}, ${weekly.toFixed(1)}`
    })
    console.log(`  ${name}, ${rule}: ${cells.join(' · ')}`)
  }
}
