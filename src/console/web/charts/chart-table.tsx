/** The values of a chart as a table, for people who read rather than look. */
import { useState } from 'preact/hooks'
import { useConsole } from '../context.tsx'
import { type ChartProps, thinned } from './series.ts'

/** Rows that a person reads. */
const MAX_ROWS = 30

/** Closed at first; rows are made when it is opened. */
export function ChartTable({ title, data, format, time }: ChartProps) {
  const { texts, formats } = useConsole()
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="chart-table" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{texts.charts.table}</summary>
      {isOpen && <Rows title={title} data={data} format={format} time={time ?? (at => formats.clock(at))} />}
    </details>
  )
}

type RowsProps = Pick<ChartProps, 'title' | 'data' | 'format'> & { readonly time: (time: number) => string }

function Rows({ title, data: { times, series, band }, format, time }: RowsProps) {
  const { texts } = useConsole()
  const value = (of: readonly (number | null)[], index: number): string => {
    const found = of[index]
    return found === null || found === undefined ? '–' : format(found)
  }
  return (
    <table class="table plain-table">
      <caption class="hidden">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.charts.time}</th>
          {series.map(({ name }) => (
            <th key={name} scope="col" class="cell-number">
              {name}
            </th>
          ))}
          {band && (
            <th scope="col" class="cell-number">
              {band.name}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {thinned(times.length, MAX_ROWS).map(index => (
          <tr key={times[index]}>
            <th scope="row">{time(times[index] ?? 0)}</th>
            {series.map(({ name, values }) => (
              <td key={name} class="cell-number" data-title={name}>
                {value(values, index)}
              </td>
            ))}
            {band && (
              <td class="cell-number" data-title={band.name}>
                {texts.charts.range(value(band.low, index), value(band.high, index))}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
