/** One rule: its figures, and its points with a preview of what other points would have done. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Link } from '../components/link.tsx'
import { Page, Pairs, Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { CorrectedCell, DryRunCell, HitsCell, PointsCell } from '../rules/cells.tsx'
import { EditPoints } from '../rules/edit-points.tsx'

type Rule = Answer<'rules.list'>['rules'][number]
const DAYS = '30'

/** The page. */
export function RulePage() {
  const { texts, place } = useConsole()
  const name = place.params.rule ?? ''
  const rules = useData(name, signal => call('rules.list', { query: { days: DAYS }, signal }))
  const points = useData(name, signal => call('rules.points', { signal }))
  const reload = (): void => {
    rules.reload()
    points.reload()
  }
  return (
    <Page
      title={inert(name, 100)}
      about={texts.rules.oneAbout}
      above={
        <p>
          <Link to="rules">{texts.rules.back}</Link>
        </p>
      }
      actions={
        <Link to="messages" query={{ rule: name }} class="button">
          {texts.rules.messages}
        </Link>
      }
    >
      <Loading state={rules.state} retry={rules.reload}>
        {({ rules: all }) => {
          const rule = all.find(one => one.rule === name)
          return rule ? <Figures rule={rule} /> : <Empty title={texts.rules.noHits} />
        }}
      </Loading>
      <Loading state={points.state} retry={points.reload}>
        {answer => <Points name={name} answer={answer} onChange={reload} />}
      </Loading>
    </Page>
  )
}

function Figures({ rule }: { readonly rule: Rule }) {
  const { texts } = useConsole()
  return (
    <Panel title={texts.rules.lastDays(Number(DAYS))}>
      <Pairs
        pairs={[
          [texts.rules.hits, <HitsCell key="hits" rule={rule} />],
          [texts.rules.points, <PointsCell key="points" rule={rule} />],
          [texts.rules.correctedHits, <CorrectedCell key="corrected" rule={rule} />],
          [texts.rules.dryRun, rule.dryRun ? <DryRunCell key="dryRun" rule={rule} /> : undefined],
        ]}
      />
    </Panel>
  )
}

interface PointsProps {
  readonly name: string
  readonly answer: Answer<'rules.points'>
  readonly onChange: () => void
}

function Points({ name, answer: { edited, thresholds }, onChange }: PointsProps) {
  const { texts, formats, session } = useConsole()
  const { role } = useAccount()
  const own = edited.find(({ rule }) => rule === name)
  return (
    <Panel title={texts.rules.editTitle}>
      {own && <p>{texts.rules.editedBy(formats.points(own.points), inert(own.by, 100), formats.full(own.time))}</p>}
      {own?.why !== undefined && own.why !== '' && <p class="muted">{inert(own.why)}</p>}
      {thresholds && (
        <p class="muted">{texts.rules.thresholds(thresholds.quarantine, thresholds.reject, thresholds.tag)}</p>
      )}
      <EditPoints
        rule={name}
        points={own?.points}
        isEdited={own !== undefined}
        mayEdit={role === 'admin' && session.sources.points}
        onChange={onChange}
      />
    </Panel>
  )
}
