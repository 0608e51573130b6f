/** The last day, minute by minute: load and its parts, verdicts, arrivals beside what was expected, next hops. */
import type { Forecast } from '../../load/forecast.ts'
import type { Expected } from '../../load/season.ts'
import type { Verdict } from '../../model/finding.ts'
import type { LivePoint } from '../live/point.ts'
import { rounded } from '../live/point.ts'

/** One step of the series. */
export interface LoadStep {
  /** When it begins, in milliseconds since 1970. */
  readonly time: number
  /** The highest load. */
  readonly load: number
  /** The highest value of each part. */
  readonly parts: Readonly<Record<string, number>>
  /** Sessions that arrived in a minute. */
  readonly arrivals: number
  /** What was expected of a minute when it began; absent in the first day. */
  readonly expected?: Expected
  /** Decisions a second. */
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** The mean time of deliveries by next hop, in milliseconds. */
  readonly nextHops: Readonly<Record<string, number>>
}

/** What is expected of a later minute. */
export interface ForecastStep extends Expected {
  /** When it begins, in milliseconds since 1970. */
  readonly time: number
}

/** What forecasts are read from. */
export type ReadForecast = Pick<Forecast, 'expect'>

const MINUTE_MS = 60_000
/** One day. */
const MAX_MINUTES = 1_440
/** Steps of an answer: more than a chart has pixels for. */
const MAX_STEPS = 360
const FORECAST_STEPS = 60

/** Adds points up to minutes. */
export class LoadSeries {
  readonly #forecast: ReadForecast
  readonly #minutes: LoadStep[] = []
  #open: OpenMinute | undefined

  /** @param forecast counts the same arrivals */
  constructor(forecast: ReadForecast) {
    this.#forecast = forecast
  }

  /** Takes a point. A point of several seconds belongs to the minute in which it ends. */
  add(point: LivePoint): void {
    const time = Math.floor(point.time / MINUTE_MS) * MINUTE_MS
    if (this.#open?.time !== time) {
      this.#close()
      this.#open = new OpenMinute(time, this.#forecast.expect('1m'))
    }
    this.#open.add(point)
  }

  /** The last hours in at most 360 steps, the oldest first; the minute that has not ended is left out. */
  last(hours: number, now: number): readonly LoadStep[] {
    const since = now - hours * 60 * MINUTE_MS
    const minutes = this.#minutes.filter(({ time }) => time >= since)
    const step = Math.max(1, Math.ceil((hours * 60) / MAX_STEPS)) * MINUTE_MS
    const groups = Map.groupBy(minutes, ({ time }) => Math.floor(time / step) * step)
    return Array.from(groups, ([time, group]) => joined(time, group))
  }

  /** What is expected of the next hours. Empty before a whole day was observed. */
  ahead(hours: number, now: number): readonly ForecastStep[] {
    const step = Math.max(1, Math.round((hours * 60) / FORECAST_STEPS)) * MINUTE_MS
    const steps: ForecastStep[] = []
    for (let ahead = step; ahead <= hours * 60 * MINUTE_MS; ahead += step) {
      const expected = this.#forecast.expect(ahead)
      if (expected === undefined) return []
      steps.push({ time: now + ahead, ...roundedBand(expected) })
    }
    return steps
  }

  #close(): void {
    if (this.#open === undefined) return
    this.#minutes.push(this.#open.read())
    if (this.#minutes.length > MAX_MINUTES) this.#minutes.shift()
  }
}

/** A minute that goes on. */
class OpenMinute {
  readonly time: number
  readonly #expected: Expected | undefined
  readonly #points: LivePoint[] = []

  constructor(time: number, expected: Expected | undefined) {
    this.time = time
    this.#expected = expected
  }

  add(point: LivePoint): void {
    this.#points.push(point)
  }

  read(): LoadStep {
    const points = this.#points
    const seconds = points.reduce((sum, point) => sum + point.seconds, 0)
    const mean = (of: (point: LivePoint) => number): number =>
      rounded(points.reduce((sum, point) => sum + of(point) * point.seconds, 0) / seconds)
    const hops = Map.groupBy(
      points.flatMap(({ nextHops }) => nextHops),
      ({ name }) => name,
    )
    return {
      time: this.time,
      load: Math.max(...points.map(({ load }) => load.value)),
      parts: highest(points.map(({ load }) => load.parts)),
      arrivals: rounded(60 * mean(({ sessions }) => sessions.opened)),
      ...(this.#expected && { expected: roundedBand(this.#expected) }),
      verdicts: {
        accept: mean(({ verdicts }) => verdicts.accept),
        quarantine: mean(({ verdicts }) => verdicts.quarantine),
        defer: mean(({ verdicts }) => verdicts.defer),
        discard: mean(({ verdicts }) => verdicts.discard),
        reject: mean(({ verdicts }) => verdicts.reject),
      },
      nextHops: means([...hops].map(([name, all]) => [name, all.flatMap(({ ms }) => (ms === null ? [] : [ms]))])),
    }
  }
}

/** Several minutes as one: the highest load, the mean of rates. */
function joined(time: number, steps: readonly LoadStep[]): LoadStep {
  const mean = (of: (step: LoadStep) => number): number =>
    rounded(steps.reduce((sum, step) => sum + of(step), 0) / steps.length)
  const bands = steps.flatMap(({ expected }) => expected ?? [])
  const names = new Set(steps.flatMap(({ nextHops }) => Object.keys(nextHops)))
  return {
    time,
    load: Math.max(...steps.map(({ load }) => load)),
    parts: highest(steps.map(({ parts }) => parts)),
    arrivals: mean(({ arrivals }) => arrivals),
    ...(bands.length > 0 && { expected: meanBand(bands) }),
    verdicts: {
      accept: mean(({ verdicts }) => verdicts.accept),
      quarantine: mean(({ verdicts }) => verdicts.quarantine),
      defer: mean(({ verdicts }) => verdicts.defer),
      discard: mean(({ verdicts }) => verdicts.discard),
      reject: mean(({ verdicts }) => verdicts.reject),
    },
    nextHops: means([...names].map(name => [name, steps.flatMap(({ nextHops }) => nextHops[name] ?? [])])),
  }
}

function highest(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const parts of all)
    for (const [name, value] of Object.entries(parts)) found[name] = Math.max(found[name] ?? 0, value)
  return found
}

/** @param all names with their values; a name without values is left out */
const means = (
  all: readonly (readonly [name: string, values: readonly number[]])[],
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    all.flatMap(([name, values]) =>
      values.length === 0 ? [] : [[name, rounded(values.reduce((a, b) => a + b, 0) / values.length)]],
    ),
  )

function meanBand(bands: readonly Expected[]): Expected {
  const mean = (of: (band: Expected) => number): number => bands.reduce((sum, band) => sum + of(band), 0) / bands.length
  return roundedBand({ expected: mean(b => b.expected), low: mean(b => b.low), high: mean(b => b.high) })
}

const roundedBand = ({ expected, low, high }: Expected): Expected => ({
  expected: rounded(expected),
  low: rounded(low),
  high: rounded(high),
})
