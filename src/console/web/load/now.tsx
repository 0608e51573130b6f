/** The load at this moment, and each of its parts as a bar. */
import { Bar } from '../components/bar.tsx'
import { Panel } from '../components/page.tsx'
import { Badge, type Tone } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import type { LivePoint } from '../live/view.ts'

const TONES: Readonly<Record<LivePoint['load']['level'], Tone>> = { green: 'good', amber: 'warning', red: 'bad' }

/** The load is the largest of its parts. */
export function NowPanel({ point: { load } }: { readonly point: LivePoint }) {
  const { texts, formats } = useConsole()
  const parts = Object.entries(load.parts).toSorted(([, a], [, b]) => b - a)
  return (
    <Panel
      title={texts.load.now(formats.percent(load.value))}
      actions={<Badge tone={TONES[load.level]}>{texts.live.levels[load.level]}</Badge>}
    >
      <ul class="parts">
        {parts.map(([part, value]) => (
          <li key={part}>
            <span>{texts.load.part(part)}</span>
            <Bar share={value} tone={value >= 0.9 ? 'bad' : value >= 0.7 ? 'warning' : 'plain'} />
            <span class="cell-number">{formats.percent(value)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
