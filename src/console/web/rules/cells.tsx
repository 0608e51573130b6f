/** Cells of the table of rules. */
import type { Answer } from '../../api/schemas.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { Link } from '../components/link.tsx'
import { Badge } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'

type Rule = Answer<'rules.list'>['rules'][number]
interface CellProps {
  readonly rule: Rule
}

/** The name, as a link to the page of the rule. */
export const RuleLink = ({ rule }: { readonly rule: string }) => (
  <Link to="rule" params={{ rule }}>
    <code>{inert(rule, 100)}</code>
  </Link>
)

/** How many, and by day. */
export function HitsCell({ rule: { hits, days } }: CellProps) {
  const { formats } = useConsole()
  return (
    <span class="latency">
      {days !== undefined && days.length > 1 && <Sparkline values={days} colour="sky" />}
      {formats.whole(hits)}
    </span>
  )
}

/** Points, and whether they were edited here. */
export function PointsCell({ rule: { points, edited } }: CellProps) {
  const { texts, formats } = useConsole()
  if (edited !== undefined)
    return (
      <span class="change">
        <Badge tone="info">{texts.rules.edited}</Badge> {formats.points(edited)}
      </span>
    )
  return <>{points === undefined ? '–' : formats.points(points)}</>
}

/** A rule with points is wrong about mail that people called wanted, and right about what they called spam. */
export function CorrectedCell({ rule: { calledHam, calledSpam, points = 0 } }: CellProps) {
  const { texts } = useConsole()
  if (calledHam + calledSpam === 0) return <span class="muted">–</span>
  const isHonest = points < 0
  return (
    <span class="badges">
      {calledHam > 0 && <Badge tone={isHonest ? 'good' : 'bad'}>{texts.rules.ham(calledHam)}</Badge>}
      {calledSpam > 0 && <Badge tone={isHonest ? 'bad' : 'good'}>{texts.rules.spam(calledSpam)}</Badge>}
    </span>
  )
}

/** What a rule in dry run would have done. */
export function DryRunCell({ rule: { dryRun } }: CellProps) {
  const { texts } = useConsole()
  if (dryRun === undefined) return <span class="muted">–</span>
  const { reject = 0, discard = 0, quarantine = 0, defer = 0, accept = 0 } = dryRun.verdicts
  const nothing = reject + discard + quarantine + defer + accept === 0
  return (
    <span class="badges">
      {nothing && <Badge>{texts.rules.wouldNothing(dryRun.hits)}</Badge>}
      {reject + discard > 0 && <Badge tone="warning">{texts.rules.would.reject(reject + discard)}</Badge>}
      {quarantine > 0 && <Badge tone="warning">{texts.rules.would.quarantine(quarantine)}</Badge>}
      {defer > 0 && <Badge tone="info">{texts.rules.would.defer(defer)}</Badge>}
      {accept > 0 && <Badge tone="good">{texts.rules.would.accept(accept)}</Badge>}
      {dryRun.calledHam > 0 && <Badge tone="bad">{texts.rules.wouldBeWrong(dryRun.calledHam)}</Badge>}
    </span>
  )
}
