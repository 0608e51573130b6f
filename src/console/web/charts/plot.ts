/** Draws a chart with uPlot, which is loaded with the first chart. */
import type uPlot from 'uplot'
import { type ChartData, type ChartSeries, type Colour, stacked } from './series.ts'

/** How values and times are written. */
interface PlotFormats {
  readonly value: (value: number) => string
  readonly time: (time: number) => string
}

/** What {@link drawPlot} takes. */
export interface PlotOptions {
  readonly place: HTMLElement
  readonly height: number
  readonly formats: PlotFormats
  /** The upper end of the values, where it is fixed. */
  readonly max?: number
  /** Called with the index that the pointer or the keyboard is at; null: at none. */
  readonly onPoint: (index: number | null) => void
}

/** A chart on the page. */
export interface Plot {
  show(data: ChartData): void
  /** Goes to the value before or after. @returns whether there is one */
  step(by: number): void
  resize(width: number): void
  destroy(): void
}

const AXIS_WIDTH = 48

/** Loads uPlot and draws. */
export async function drawPlot(data: ChartData, options: PlotOptions): Promise<Plot> {
  const { default: Uplot } = await import('uplot')
  return new DrawnPlot(Uplot, data, options)
}

class DrawnPlot implements Plot {
  readonly #plot: uPlot
  readonly #options: PlotOptions
  #shape: string
  #index: number | null = null
  #mark: number | undefined

  constructor(Uplot: typeof uPlot, data: ChartData, options: PlotOptions) {
    this.#options = options
    this.#shape = shapeOf(data)
    this.#mark = data.mark
    const settings: uPlot.Options = {
      width: Math.max(options.place.clientWidth, 120),
      height: options.height,
      legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false, setScale: false } },
      scales: {
        x: { time: true },
        y: { range: (_plot, _min, max) => [0, options.max ?? Math.max(1, (Number.isFinite(max) ? max : 0) * 1.08)] },
      },
      axes: axesOf(options),
      series: seriesOf(data),
      ...(data.band && { bands: [{ series: [2, 1], fill: colourOf(options.place, data.band.colour, true) }] }),
      hooks: {
        draw: [plot => drawMark(plot, this.#mark, resolved(options.place, '--muted'))],
        setCursor: [
          plot => {
            this.#index = plot.cursor.idx ?? null
            options.onPoint(this.#index)
          },
        ],
      },
    }
    for (const [at, one] of settings.series.entries()) paint(options.place, one, data, at)
    this.#plot = new Uplot(settings, valuesOf(data), options.place)
  }

  show(data: ChartData): void {
    this.#mark = data.mark
    if (shapeOf(data) === this.#shape) this.#plot.setData(valuesOf(data))
  }

  step(by: number): void {
    const { length } = this.#plot.data[0]
    if (length === 0) return
    this.#index = Math.min(length - 1, Math.max(0, (this.#index ?? length) + by))
    const left = this.#plot.valToPos(this.#plot.data[0][this.#index] ?? 0, 'x')
    this.#plot.setCursor({ left, top: this.#options.height / 2 })
  }

  resize(width: number): void {
    if (width > 0) this.#plot.setSize({ width, height: this.#options.height })
  }

  destroy(): void {
    this.#plot.destroy()
  }
}

/** A chart with other lines is drawn anew. */
export const shapeOf = ({ series, band }: ChartData): string =>
  JSON.stringify([band !== undefined, series.map(({ name, colour, form }) => [name, colour, form])])

/** Bounds of the band come first; areas are drawn from the top of the stack, each over the one above it. */
function valuesOf({ times, series, band }: ChartData): uPlot.AlignedData {
  const sums = stacked(series)
  const drawn = order(series).map(index => [...(sums[index] ?? [])])
  const bounds = band ? [[...band.low], [...band.high]] : []
  return [times.map(time => time / 1000), ...bounds, ...drawn] as uPlot.AlignedData
}

/** Areas from the last to the first, then lines. */
function order(series: readonly ChartSeries[]): readonly number[] {
  const all = series.map((one, index) => ({ index, isArea: one.form === 'area' }))
  return [...all.filter(({ isArea }) => isArea).toReversed(), ...all.filter(({ isArea }) => !isArea)].map(
    ({ index }) => index,
  )
}

function seriesOf({ series, band }: ChartData): uPlot.Series[] {
  const bound: uPlot.Series = { points: { show: false }, width: 0 }
  const drawn = order(series).map((index): uPlot.Series => {
    const { form, dash = [] } = series[index] ?? {}
    return { points: { show: false }, width: form === 'area' ? 1 : 2, dash: [...dash], spanGaps: false }
  })
  return [{}, ...(band ? [bound, { ...bound }] : []), ...drawn]
}

/** Sets the colours of a series; the first is the time. */
function paint(place: HTMLElement, one: uPlot.Series, { series, band }: ChartData, at: number): void {
  const index = order(series)[at - 1 - (band ? 2 : 0)]
  const found = index === undefined ? undefined : series[index]
  if (found === undefined) return
  one.stroke = colourOf(place, found.colour)
  if (found.form === 'area') one.fill = colourOf(place, found.colour, true)
}

/** A dashed line from top to bottom. */
function drawMark({ ctx, bbox, valToPos }: uPlot, mark: number | undefined, colour: string): void {
  if (mark === undefined) return
  const x = Math.round(valToPos(mark / 1000, 'x', true))
  ctx.save()
  ctx.strokeStyle = colour
  ctx.setLineDash([3, 3])
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.restore()
}

function axesOf({ place, formats }: PlotOptions): uPlot.Axis[] {
  const style = getComputedStyle(place)
  const shared = {
    stroke: resolved(place, '--muted'),
    grid: { stroke: resolved(place, '--grid'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  }
  return [
    {
      ...shared,
      space: 58,
      size: 26,
      values: (_plot, splits) => distinct(splits.map(split => formats.time(split * 1000))),
    },
    { ...shared, size: AXIS_WIDTH, space: 34, values: (_plot, splits) => distinct(splits.map(formats.value)) },
  ]
}

/** Several ticks of one day, or between two whole numbers, are named once. */
const distinct = (labels: readonly string[]): string[] =>
  labels.map((label, index) => (label === labels[index - 1] ? '' : label))

const colourOf = (place: HTMLElement, colour: Colour, isFill = false): string =>
  resolved(place, `--chart-${colour}${isFill ? '-fill' : ''}`)

/** The colour that the theme gives a variable: a canvas knows no `light-dark()`. */
function resolved(place: HTMLElement, variable: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${variable})`
  place.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
