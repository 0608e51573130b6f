/** Health: what the checks of the deployment have found, what is wrong first, each with what to do. */
import { useEffect } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Page } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { Badge, Time, type Tone } from '../components/time.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'

type Health = Answer<'health.get'>
type Check = Health['checks'][number]
type Status = Check['status']

/** How often a run that goes on is looked at. */
const LOOK_MS = 1_500
const ORDER: readonly Status[] = ['failed', 'warning', 'unknown', 'ok']
const TONES: Readonly<Record<Status, Tone>> = { failed: 'bad', warning: 'warning', unknown: 'info', ok: 'good' }

/** The page. */
export function HealthPage() {
  const { texts, say } = useConsole()
  const { role } = useAccount()
  const { state, reload } = useData('health', signal => call('health.get', { signal }))
  const isRunning = state.kind === 'ready' && state.data.isRunning
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(reload, LOOK_MS)
    return () => clearInterval(timer)
  }, [isRunning, reload])
  const run = async (): Promise<void> => {
    try {
      await call('health.run')
    } catch {
      say({ text: texts.errors.failed, kind: 'failed' })
    }
    reload()
  }
  return (
    <Page
      title={texts.nav.health}
      about={texts.health.about}
      actions={
        role !== 'viewer' && (
          <button type="button" class="primary" aria-disabled={isRunning} onClick={() => !isRunning && void run()}>
            {isRunning ? texts.health.running : texts.health.run}
          </button>
        )
      }
    >
      <Loading state={state} retry={reload}>
        {health => <Shown health={health} />}
      </Loading>
    </Page>
  )
}

function Shown({ health: { time, isRunning, checks } }: { readonly health: Health }) {
  const { texts } = useConsole()
  if (time === null) return <Empty title={isRunning ? texts.health.first : texts.health.never} />
  const groups = ORDER.map(status => [status, checks.filter(check => check.status === status)] as const)
  const wrong = checks.filter(({ status }) => status !== 'ok').length
  return (
    <div class="stack">
      <section class={`wellness wellness-${wrong === 0 ? 'good' : TONES[worst(checks)]}`} role="status">
        <div>
          <strong>
            {wrong === 0 ? texts.health.allWell(checks.length) : texts.health.wrong(wrong, checks.length)}
          </strong>
          <p>
            {texts.health.at} <Time time={time} />
          </p>
        </div>
      </section>
      {groups
        .filter(([, all]) => all.length > 0)
        .map(([status, all]) => (
          <Group key={status} status={status} checks={all} />
        ))}
    </div>
  )
}

const worst = (checks: readonly Check[]): Status =>
  ORDER.find(status => checks.some(check => check.status === status)) ?? 'ok'

function Group({ status, checks }: { readonly status: Status; readonly checks: readonly Check[] }) {
  const { texts } = useConsole()
  return (
    <section class="panel" aria-label={texts.health.statuses[status]}>
      <header class="panel-header">
        <h2>
          <Badge tone={TONES[status]}>{texts.health.statuses[status]}</Badge> {checks.length}
        </h2>
      </header>
      <ul class={status === 'ok' ? 'checks checks-ok' : 'checks'}>
        {checks.map(check => (
          <CheckLine key={check.name} check={check} />
        ))}
      </ul>
    </section>
  )
}

function CheckLine({ check: { name, status, found, expected, remedy } }: { readonly check: Check }) {
  const { texts } = useConsole()
  return (
    <li class="check-line">
      <h3>{inert(name, 120)}</h3>
      <p>{inert(found, 600)}</p>
      {status !== 'ok' && (
        <p class="muted">
          {texts.health.expected} {inert(expected, 600)}
        </p>
      )}
      {remedy !== undefined && (
        <p class="remedy">
          <strong>{texts.health.remedy}</strong> {inert(remedy, 600)}
        </p>
      )}
    </li>
  )
}
