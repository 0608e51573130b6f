/** Load: how near the gateway is to its limits, what is expected of the next hours, and how next hops answer. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Chart } from '../charts/chart.tsx'
import { Choice } from '../components/choice.tsx'
import { Page, Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { useConsole } from '../context.tsx'
import { partsData, verdictData } from '../live/data.ts'
import { arrivalsData, hourlyData, latencyData } from '../load/data.ts'
import { NowPanel } from '../load/now.tsx'

type LoadAnswer = Answer<'load.get'>
const HOURS = ['1', '6', '24', '168', '720'] as const

/** The page. */
export function Load() {
  const { texts, place } = useConsole()
  const { hours = '24' } = place.query
  const { state, reload } = useData(hours, signal => call('load.get', { query: { hours }, signal }))
  return (
    <Page
      title={texts.nav.load}
      about={texts.load.about}
      actions={
        <button type="button" onClick={reload}>
          {texts.common.reload}
        </button>
      }
    >
      <Choice
        page="load"
        label={texts.load.time}
        name="hours"
        value={hours}
        options={HOURS.map(value => [value, texts.load.hours(Number(value))] as const)}
      />
      <Loading state={state} retry={reload} lines={12}>
        {answer => <Shown answer={answer} hours={Number(hours)} />}
      </Loading>
    </Page>
  )
}

function Shown({ answer, hours }: { readonly answer: LoadAnswer; readonly hours: number }) {
  const { texts } = useConsole()
  return (
    <div class="stack">
      {answer.now && <NowPanel point={answer.now} />}
      <div class="columns columns-wide">
        <LoadChart answer={answer} />
        <Arrivals answer={answer} />
        <Verdicts answer={answer} />
        <Latencies answer={answer} />
      </div>
      {hours > 24 && <p class="hint">{texts.load.onlyDay}</p>}
      <Hours answer={answer} hours={hours} />
    </div>
  )
}

interface PartProps {
  readonly answer: LoadAnswer
}

function LoadChart({ answer: { steps } }: PartProps) {
  const { texts, formats } = useConsole()
  const points = steps.map(({ time, load, parts }) => ({ time, value: load, parts }))
  return (
    <Panel title={texts.live.load}>
      <Chart
        title={texts.live.load}
        data={partsData(points, texts)}
        format={value => formats.percent(value)}
        time={time => formats.hour(time)}
        max={1}
      />
    </Panel>
  )
}

function Arrivals({ answer }: PartProps) {
  const { texts, formats } = useConsole()
  const isExpected = answer.forecast.length > 0
  return (
    <Panel title={texts.load.arrivals}>
      <Chart
        title={texts.load.arrivals}
        data={arrivalsData(answer, texts)}
        format={value => formats.tenths(value)}
        time={time => formats.hour(time)}
      />
      <p class="hint">{isExpected ? texts.load.forecastHow : texts.load.noForecast}</p>
    </Panel>
  )
}

function Verdicts({ answer: { steps } }: PartProps) {
  const { texts, formats } = useConsole()
  return (
    <Panel title={texts.live.verdictsTitle}>
      <Chart
        title={texts.live.verdictsTitle}
        data={verdictData(steps, texts)}
        format={value => texts.live.perSecond(formats.tenths(value))}
        axis={value => formats.tenths(value)}
        time={time => formats.hour(time)}
      />
    </Panel>
  )
}

function Latencies({ answer: { steps } }: PartProps) {
  const { texts, formats } = useConsole()
  const data = latencyData(steps)
  return (
    <Panel title={texts.load.latency}>
      {data.series.length === 0 ? (
        <p class="chart-empty muted">{texts.live.noNextHops}</p>
      ) : (
        <Chart
          title={texts.load.latency}
          data={data}
          format={value => formats.duration(value)}
          time={time => formats.hour(time)}
        />
      )}
    </Panel>
  )
}

/** Recipients by verdict and hour, from the history. */
function Hours({ answer: { verdicts }, hours }: PartProps & { readonly hours: number }) {
  const { texts, formats } = useConsole()
  const isLong = hours > 24
  return (
    <Panel title={texts.load.byHour}>
      {verdicts.length === 0 ? (
        <Empty title={texts.load.noHours} />
      ) : (
        <Chart
          title={texts.load.byHour}
          data={hourlyData(verdicts, hours, Date.now(), texts)}
          format={value => formats.whole(value)}
          time={time => (isLong ? formats.dayHour(time) : formats.hour(time))}
          {...(isLong && { axisTime: (time: number) => formats.shortDay(time) })}
        />
      )}
    </Panel>
  )
}
