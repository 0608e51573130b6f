/** What refusing early has saved: connections are counted, the rest is estimated and says so. */
import { Panel } from '../components/page.tsx'
import { useConsole } from '../context.tsx'
import type { LivePoint } from './view.ts'

/** Sums of all points that are kept. */
export function Saved({ points }: { readonly points: readonly LivePoint[] }) {
  const { texts, formats } = useConsole()
  const { saved } = texts.live
  const seconds = points.reduce((all, point) => all + point.seconds, 0)
  const sum = (of: (point: LivePoint) => number | null): number | null => {
    const known = points.filter(point => of(point) !== null)
    return known.length === 0 ? null : known.reduce((all, point) => all + (of(point) ?? 0) * point.seconds, 0)
  }
  const value = (of: (point: LivePoint) => number | null, write: (value: number) => string): string => {
    const found = sum(of)
    return found === null ? saved.notMeasured : write(found)
  }
  return (
    <Panel title={saved.title}>
      <dl class="figures">
        <div>
          <dt>{saved.connections}</dt>
          <dd>
            {value(
              point => point.saved.connections,
              count => formats.whole(count),
            )}
          </dd>
        </div>
        <div>
          <dt>
            {saved.bytes} <span class="muted">{saved.estimated}</span>
          </dt>
          <dd>
            {value(
              point => point.saved.bytes,
              count => formats.bytes(count),
            )}
          </dd>
        </div>
        <div>
          <dt>
            {saved.scans} <span class="muted">{saved.estimated}</span>
          </dt>
          <dd>
            {value(
              point => point.saved.scans,
              count => formats.whole(count),
            )}
          </dd>
        </div>
      </dl>
      <p class="hint">{saved.how(formats.duration(seconds * 1000))}</p>
    </Panel>
  )
}
