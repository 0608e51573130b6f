/** A small line without axes, beside the number that says the same. */
import type { Colour } from './series.ts'

interface SparklineProps {
  readonly values: readonly number[]
  readonly colour: Colour
  /** The value at the upper edge. @default the largest */
  readonly max?: number
}

const [WIDTH, HEIGHT] = [120, 28]

/** Drawn from the first value at the left to the last one at the right. */
export function Sparkline({ values, colour, max }: SparklineProps) {
  const top = Math.max(max ?? 0, ...values, 1e-9)
  const step = WIDTH / Math.max(1, values.length - 1)
  const points = values.map((value, index) => {
    const y = HEIGHT - 2 - (Math.max(0, value) / top) * (HEIGHT - 4)
    return `${round(index * step)},${round(y)}`
  })
  const line = points.length === 0 ? '' : `M${points.join('L')}`
  return (
    <svg
      class={`sparkline chart-${colour}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {line !== '' && <path class="sparkline-area" d={`${line}L${WIDTH},${HEIGHT}L0,${HEIGHT}Z`} />}
      {line !== '' && <path class="sparkline-line" d={line} />}
    </svg>
  )
}

const round = (value: number): number => Math.round(value * 10) / 10
