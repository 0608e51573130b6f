/** Points of the live view as data of charts. */
import { type ChartData, type ChartSeries, COLOURS, type Colour, DASHES } from '../charts/series.ts'
import type { Texts } from '../texts/en.ts'
import type { LivePoint } from './view.ts'

/** Verdicts from the bottom of the stack, each with its colour. */
export const VERDICT_COLOURS = [
  ['accept', 'green'],
  ['quarantine', 'orange'],
  ['defer', 'blue'],
  ['discard', 'purple'],
  ['reject', 'red'],
] as const satisfies readonly (readonly [keyof LivePoint['verdicts'], Colour])[]

/** Anything that has rates of verdicts at a time. */
type WithVerdicts = Pick<LivePoint, 'time' | 'verdicts'>

/** Verdicts a second, stacked. Discarded mail is left out where there is none. */
export function verdictData(points: readonly WithVerdicts[], texts: Texts): ChartData {
  const shown = VERDICT_COLOURS.filter(
    ([verdict]) => verdict !== 'discard' || points.some(({ verdicts }) => verdicts.discard > 0),
  )
  return {
    times: points.map(({ time }) => time),
    series: shown.map(([verdict, colour]) => ({
      name: texts.verdicts[verdict],
      colour,
      form: 'area',
      values: points.map(({ verdicts }) => verdicts[verdict]),
    })),
  }
}

/** Parts that are drawn: those that were highest. */
const MAX_PARTS = 4

interface WithLoad {
  readonly time: number
  readonly value: number
  readonly parts: Readonly<Record<string, number>>
}

/** The load, and its parts that were highest. */
export function partsData(points: readonly WithLoad[], texts: Texts): ChartData {
  const highest = new Map<string, number>()
  for (const { parts } of points)
    for (const [part, value] of Object.entries(parts)) highest.set(part, Math.max(highest.get(part) ?? 0, value))
  const names = [...highest]
    .toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .slice(0, MAX_PARTS)
    .map(([name]) => name)
    .toSorted()
  return {
    times: points.map(({ time }) => time),
    series: [
      { name: texts.live.load, colour: 'grey', form: 'area', values: points.map(({ value }) => value) },
      ...names.map(
        (name, index): ChartSeries => ({
          name: texts.load.part(name),
          colour: COLOURS[index % COLOURS.length] ?? 'blue',
          dash: DASHES[index % DASHES.length] ?? [],
          values: points.map(({ parts }) => parts[name] ?? null),
        }),
      ),
    ],
  }
}

/** The same of points of the live view. */
export const loadData = (points: readonly LivePoint[], texts: Texts): ChartData =>
  partsData(
    points.map(({ time, load: { value, parts } }) => ({ time, value, parts })),
    texts,
  )
