/** The answer about load as data of charts. */
import type { Answer } from '../../api/schemas.ts'
import { type ChartData, type ChartSeries, COLOURS, DASHES } from '../charts/series.ts'
import { inert } from '../format.ts'
import { VERDICT_COLOURS } from '../live/data.ts'
import type { Texts } from '../texts/en.ts'

type LoadAnswer = Answer<'load.get'>

/** Arrivals so far, then what is expected, with the band in which nine of ten values lie. */
export function arrivalsData({ steps, forecast }: Pick<LoadAnswer, 'steps' | 'forecast'>, texts: Texts): ChartData {
  const past = steps.map(({ expected }) => expected)
  const bands = [...past, ...forecast]
  const hasBand = bands.some(band => band !== undefined)
  const none = <T>(list: readonly T[]): readonly null[] => list.map(() => null)
  const series: readonly ChartSeries[] = [
    { name: texts.load.counted, colour: 'blue', values: [...steps.map(({ arrivals }) => arrivals), ...none(forecast)] },
    ...(hasBand
      ? [
          {
            name: texts.load.expected,
            colour: 'orange',
            dash: [6, 4],
            values: bands.map(band => band?.expected ?? null),
          } as const,
        ]
      : []),
  ]
  return {
    times: [...steps, ...forecast].map(({ time }) => time),
    series,
    ...(forecast.length > 0 && { mark: steps.at(-1)?.time ?? 0 }),
    ...(hasBand && {
      band: {
        name: texts.load.band,
        colour: 'orange',
        low: bands.map(band => band?.low ?? null),
        high: bands.map(band => band?.high ?? null),
      },
    }),
  }
}

const MAX_HOPS = 6

/** The mean time of deliveries by next hop: those that were slowest. */
export function latencyData(steps: LoadAnswer['steps']): ChartData {
  const slowest = new Map<string, number>()
  for (const { nextHops } of steps)
    for (const [name, ms] of Object.entries(nextHops)) slowest.set(name, Math.max(slowest.get(name) ?? 0, ms))
  const names = [...slowest]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_HOPS)
    .map(([name]) => name)
    .toSorted()
  return {
    times: steps.map(({ time }) => time),
    series: names.map((name, index) => ({
      name: inert(name, 60),
      colour: COLOURS[index % COLOURS.length] ?? 'blue',
      dash: DASHES[index % DASHES.length] ?? [],
      values: steps.map(({ nextHops }) => nextHops[name] ?? null),
    })),
  }
}

const HOUR_MS = 3_600_000

/** Recipients by verdict and hour, stacked; an hour without mail is nought. */
export function hourlyData(verdicts: LoadAnswer['verdicts'], hours: number, now: number, texts: Texts): ChartData {
  const byHour = new Map(verdicts.map(({ hour, counts }) => [hour, counts]))
  const last = Math.floor(now / HOUR_MS) * HOUR_MS
  const times = Array.from(
    { length: Math.max(2, hours) },
    (_, index) => last - (Math.max(2, hours) - 1 - index) * HOUR_MS,
  )
  const shown = VERDICT_COLOURS.filter(([verdict]) => verdicts.some(({ counts }) => (counts[verdict] ?? 0) > 0))
  return {
    times,
    series: shown.map(([verdict, colour]) => ({
      name: texts.verdicts[verdict],
      colour,
      form: 'area',
      values: times.map(time => byHour.get(time)?.[verdict] ?? 0),
    })),
  }
}
