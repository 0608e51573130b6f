/** A chart: drawn, with a legend that shows the values at the pointer, walked by arrow keys, and as a table. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { useConsole } from '../context.tsx'
import { ChartTable } from './chart-table.tsx'
import { drawPlot, type Plot, shapeOf } from './plot.ts'
import type { ChartData, ChartProps, Colour } from './series.ts'

/** A chart with its legend and its table. */
export function Chart(props: ChartProps) {
  const { title, data, format, time } = props
  const { texts, formats } = useConsole()
  const [point, setPoint] = useState<number | null>(null)
  const { place, plot } = usePlot(props, setPoint)
  const index = Math.min(point ?? lastOf(data), data.times.length - 1)
  const timeOf = time ?? ((at: number) => formats.clock(at))
  const walk = (event: KeyboardEvent): void => {
    const by = STEPS[event.key]
    if (by === undefined) return
    event.preventDefault()
    plot.current?.step(by)
  }
  if (data.times.length === 0) return <p class="chart-empty muted">{texts.charts.nothingYet}</p>
  return (
    <figure class="chart">
      <Legend data={data} index={index} format={format} time={point === null ? undefined : timeOf} />
      <div
        ref={place}
        class="chart-place"
        role="slider"
        tabIndex={0}
        aria-label={texts.charts.walk(title)}
        aria-valuemin={1}
        aria-valuemax={data.times.length}
        aria-valuenow={index + 1}
        aria-valuetext={spoken(data, index, format, timeOf)}
        onKeyDown={walk}
      />
      <ChartTable {...props} time={timeOf} />
    </figure>
  )
}

/** The newest value; beyond it is a forecast. */
function lastOf({ series, times }: ChartData): number {
  const last = series[0]?.values.findLastIndex(value => value !== null) ?? -1
  return last < 0 ? times.length - 1 : last
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -10,
  PageDown: 10,
  Home: Number.MIN_SAFE_INTEGER,
  End: Number.MAX_SAFE_INTEGER,
}

/** Draws when the chart is shown, and anew when its lines, the theme or the language change. */
function usePlot(props: ChartProps, onPoint: (index: number | null) => void) {
  const { data, format, axis = format, time, axisTime = time, height = 180, max } = props
  const { formats, theme, language } = useConsole()
  const isDark = useDark()
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot | undefined>(undefined)
  const latest = useRef(data)
  latest.current = data
  const shape = `${shapeOf(data)} ${theme} ${isDark} ${language} ${height} ${max} ${data.times.length > 0}`
  const writers = useRef({ value: axis, time: axisTime ?? formats.clock })
  writers.current = { value: axis, time: axisTime ?? ((at: number) => formats.clock(at)) }
  // `shape` has all that the plot is made of; other values are shown by the effect below.
  useEffect(() => {
    const element = place.current
    if (element === null || shape === '') return
    let isGone = false
    const write = { value: (v: number) => writers.current.value(v), time: (v: number) => writers.current.time(v) }
    const options = { place: element, height, formats: write, onPoint, ...(max !== undefined && { max }) }
    void drawPlot(latest.current, options).then(drawn => {
      if (isGone) drawn.destroy()
      else plot.current = drawn
    })
    const observer = new ResizeObserver(() => plot.current?.resize(element.clientWidth))
    observer.observe(element)
    return () => {
      isGone = true
      observer.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [shape, height, max, onPoint])
  useEffect(() => plot.current?.show(data), [data])
  return { place, plot }
}

/** Whether the system is dark: the theme may follow it. */
function useDark(): boolean {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const change = (): void => setDark(query.matches)
    query.addEventListener('change', change)
    return () => query.removeEventListener('change', change)
  }, [])
  return isDark
}

interface LegendProps {
  readonly data: ChartData
  readonly index: number
  readonly format: (value: number) => string
  /** Writes the time of the point; undefined: the last values are shown. */
  readonly time: ((time: number) => string) | undefined
}

/** Names and values at the point, each with its colour and its stroke. */
function Legend({ data: { series, band, times }, index, format, time }: LegendProps) {
  const { texts } = useConsole()
  const at = times[index]
  return (
    <ul class="legend">
      {series.map(({ name, colour, values, form, dash }) => (
        <li key={name}>
          <Swatch colour={colour} isArea={form === 'area'} dash={dash} />
          {name} <strong>{written(values[index], format)}</strong>
        </li>
      ))}
      {band && (
        <li>
          <Swatch colour={band.colour} isArea />
          {band.name}{' '}
          <strong>{texts.charts.range(written(band.low[index], format), written(band.high[index], format))}</strong>
        </li>
      )}
      {time && at !== undefined && <li class="muted legend-time">{time(at)}</li>}
    </ul>
  )
}

interface SwatchProps {
  readonly colour: Colour
  readonly isArea: boolean
  readonly dash?: readonly number[] | undefined
}

/** How a line looks in the chart. */
const Swatch = ({ colour, isArea, dash = [] }: SwatchProps) => (
  <svg class={`swatch chart-${colour}`} viewBox="0 0 18 10" aria-hidden="true" focusable="false">
    {isArea ? (
      <rect class="swatch-area" x="1" y="1" width="16" height="8" rx="2" />
    ) : (
      <path d="M0 5h18" stroke-dasharray={dash.length === 0 ? undefined : dash.join(' ')} />
    )}
  </svg>
)

/** A value, or that there is none. */
const written = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '–' : format(value)

/** The values of a point as a sentence. */
const spoken = (
  { times, series }: ChartData,
  index: number,
  format: (value: number) => string,
  time: (time: number) => string,
): string =>
  [time(times[index] ?? 0), ...series.map(({ name, values }) => `${name} ${written(values[index], format)}`)].join(', ')
