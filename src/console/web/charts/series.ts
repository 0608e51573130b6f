/** What a chart shows: values over time, each with a name, a colour and a form that needs no colour. */

/**
 * Colours by what they mean, from a palette that people with any colour vision can distinguish (Okabe and Ito 2008),
 * lighter in the dark. Their values are in `charts.css`.
 */
export type Colour = 'green' | 'orange' | 'blue' | 'red' | 'purple' | 'sky' | 'grey'

/** One line of a chart. */
export interface ChartSeries {
  readonly name: string
  readonly colour: Colour
  /** One for each time; null where there is none. */
  readonly values: readonly (number | null)[]
  /** `area`: filled, and stacked on the series before it. `line`: a line. @default 'line' */
  readonly form?: 'line' | 'area'
  /** Lengths of strokes and gaps: they distinguish lines that cross. @default a whole line */
  readonly dash?: readonly number[]
}

/** A band between two bounds. */
interface ChartBand {
  readonly name: string
  readonly colour: Colour
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** Everything that a chart shows. */
export interface ChartData {
  /** Milliseconds since 1970, ascending. */
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly band?: ChartBand
  /** A vertical line, such as the present; in milliseconds since 1970. */
  readonly mark?: number
}

/** What a chart takes. */
export interface ChartProps {
  /** Names the chart. */
  readonly title: string
  readonly data: ChartData
  /** Writes a value with its unit. */
  readonly format: (value: number) => string
  /** Writes a value at the axis. @default as `format` */
  readonly axis?: (value: number) => string
  /** Writes a time. @default hours, minutes and seconds */
  readonly time?: (time: number) => string
  /** Writes a time at the axis. @default as `time` */
  readonly axisTime?: (time: number) => string
  /** @default 180 */
  readonly height?: number
  /** The upper end of the values, where it is fixed. */
  readonly max?: number
}

/** Strokes of lines that are drawn together. */
export const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5]]
/** Colours of lines that mean nothing by their colour. */
export const COLOURS: readonly Colour[] = ['blue', 'orange', 'green', 'purple', 'red', 'sky']

/** The sums of areas, so that each stands on those before it. Lines stay as they are. */
export function stacked(series: readonly ChartSeries[]): readonly (readonly (number | null)[])[] {
  let below: readonly number[] = []
  return series.map(({ values, form }) => {
    if (form !== 'area') return values
    below = values.map((value, index) => (below[index] ?? 0) + (value ?? 0))
    return below
  })
}

/** At most so many indices, evenly spread, the last one among them: for a table that people read. */
export function thinned(length: number, max: number): readonly number[] {
  const step = Math.max(1, Math.ceil(length / max))
  const indices: number[] = []
  for (let index = length - 1; index >= 0; index -= step) indices.push(index)
  return indices
}
