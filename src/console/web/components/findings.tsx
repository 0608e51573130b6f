/** What was found, with points and why, the heaviest first. */
import { useAccount, useConsole } from '../context.tsx'
import { byWeight, type Finding } from '../explain.ts'
import { inert } from '../format.ts'
import { Link } from './link.tsx'
import { Badge } from './time.tsx'

interface FindingsProps {
  readonly findings: readonly Finding[]
  /** The sum of all points. */
  readonly score: number
}

/** A table of findings with their sum. */
export function Findings({ findings, score }: FindingsProps) {
  const { texts, formats } = useConsole()
  const { message } = texts
  if (findings.length === 0) return <p class="muted">{message.noFindings}</p>
  return (
    <table class="findings">
      <caption class="hidden">{message.findings}</caption>
      <thead class="hidden">
        <tr>
          <th scope="col">{message.points}</th>
          <th scope="col">{message.reason}</th>
        </tr>
      </thead>
      <tbody>
        {byWeight(findings).map((finding, index) => (
          <tr key={`${index} ${finding.rule}`}>
            <td class="finding-weight">
              <Weight finding={finding} />
            </td>
            <td>
              <span>{inert(finding.reason, 320)}</span>
              <Rule rule={finding.rule} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td class="finding-weight">{formats.score(score)}</td>
          <td class="muted">{message.total}</td>
        </tr>
      </tfoot>
    </table>
  )
}

function Weight({ finding: { verdict, points, dryRun } }: { readonly finding: Finding }) {
  const { texts, formats } = useConsole()
  if (verdict !== undefined)
    return (
      <Badge tone={verdict === 'accept' ? 'good' : 'bad'}>
        {verdict === 'accept' ? texts.verdicts.accept : texts.message.decides}
      </Badge>
    )
  if (points !== undefined)
    return <span class={points > 0 ? 'points-bad' : 'points-good'}>{formats.points(points)}</span>
  if (dryRun?.points !== undefined)
    return <span class="muted" title={texts.message.withoutEffect}>{`(${formats.points(dryRun.points)})`}</span>
  if (dryRun) return <Badge>{texts.message.withoutEffect}</Badge>
  return <span class="muted">–</span>
}

/** The rule's name; staff see what else it has found, and give it other points. */
function Rule({ rule }: { readonly rule: string }) {
  const isStaff = useAccount().role !== 'user'
  return isStaff ? (
    <Link to="rule" params={{ rule }} class="rule mono">
      {inert(rule, 120)}
    </Link>
  ) : (
    <code class="muted rule">{inert(rule, 120)}</code>
  )
}
