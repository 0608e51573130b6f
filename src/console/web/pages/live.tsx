/** Live: what the gateway does at this moment. The first line says whether all is well. */
import { useState } from 'preact/hooks'
import { ApiError } from '../api/client.ts'
import { Chart } from '../charts/chart.tsx'
import { Icon } from '../components/icon.tsx'
import { Page, Panel } from '../components/page.tsx'
import { Failure, Skeleton } from '../components/state.tsx'
import { Badge, type Tone } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { loadData, verdictData } from '../live/data.ts'
import { judge, type Wellness } from '../live/judgement.ts'
import { Newest } from '../live/newest.tsx'
import { NextHops } from '../live/next-hops.tsx'
import { Saved } from '../live/saved.tsx'
import { useLive } from '../live/stream.ts'
import { Tiles } from '../live/tiles.tsx'
import type { LivePoint, LiveState, LiveView } from '../live/view.ts'

/** The page. */
export function Live() {
  const { texts, session } = useConsole()
  if (session.sources.metrics) return <Watched />
  return (
    <Page title={texts.nav.live}>
      <Failure error={new ApiError('not-configured', '')} />
    </Page>
  )
}

function Watched() {
  const { texts } = useConsole()
  const [isStopped, setStopped] = useState(false)
  const view = useLive(isStopped)
  return (
    <Page
      title={texts.nav.live}
      about={<Status view={view} />}
      actions={
        <button type="button" aria-pressed={isStopped} onClick={() => setStopped(!isStopped)}>
          {isStopped ? texts.live.resume : texts.live.pause}
        </button>
      }
    >
      {view.points.length === 0 && !view.isFailing ? <Skeleton lines={10} /> : <Shown view={view} />}
    </Page>
  )
}

const STATE_TONES: Readonly<Record<LiveState, Tone>> = {
  connecting: 'neutral',
  live: 'good',
  paused: 'neutral',
  lost: 'warning',
}

/** Whether what is shown is of this moment. */
function Status({ view: { state, points } }: { readonly view: LiveView }) {
  const { texts, formats } = useConsole()
  const last = points.at(-1)
  return (
    <span class="live-status">
      <Badge tone={STATE_TONES[state]}>{texts.live.states[state]}</Badge>
      {last && <span>{texts.live.at(formats.clock(last.time))}</span>}
    </span>
  )
}

function Shown({ view: { points, entries, isFailing } }: { readonly view: LiveView }) {
  return (
    <>
      <Verdict points={points} isFailing={isFailing} />
      <Tiles points={points} />
      <Charts points={points} />
      <div class="main-and-side">
        <NextHops points={points} />
        <Saved points={points} />
      </div>
      <Newest entries={entries} />
    </>
  )
}

const ICONS = { well: 'check', busy: 'warning', trouble: 'warning', unknown: 'warning' } as const

interface VerdictProps {
  readonly points: readonly LivePoint[]
  readonly isFailing: boolean
}

/** Whether all is well, and what is not. */
function Verdict({ points, isFailing }: VerdictProps) {
  const { texts } = useConsole()
  const { wellness, concerns } = judge(points, isFailing)
  return (
    <section class={`wellness wellness-${TONES[wellness]}`} aria-label={texts.live.wellnessLabel}>
      <Icon name={ICONS[wellness]} />
      <div role="status">
        <strong>{texts.live.wellness[wellness]}</strong>
        {concerns.map(concern => (
          <p key={concern.kind}>{texts.live.concern(concern, inert)}</p>
        ))}
        {wellness === 'well' && <p>{texts.live.allWell}</p>}
      </div>
    </section>
  )
}

const TONES: Readonly<Record<Wellness, Tone>> = { well: 'good', busy: 'warning', trouble: 'bad', unknown: 'neutral' }

function Charts({ points }: { readonly points: readonly LivePoint[] }) {
  const { texts, formats } = useConsole()
  const { load } = texts.live
  return (
    <div class="columns columns-wide">
      <Panel title={texts.live.verdictsTitle}>
        <Chart
          title={texts.live.verdictsTitle}
          data={verdictData(points, texts)}
          format={value => texts.live.perSecond(formats.tenths(value))}
          axis={value => formats.tenths(value)}
          height={200}
        />
      </Panel>
      <Panel title={load}>
        <Chart
          title={load}
          data={loadData(points, texts)}
          format={value => formats.percent(value)}
          height={200}
          max={1}
        />
      </Panel>
    </div>
  )
}
