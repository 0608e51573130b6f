/** What a message came to, as a table for a terminal and as JSON. */
import type { Finding } from '../model/finding.ts'
import { escapeInvisible } from '../model/printable.ts'
import type { ScoredMessage } from './score-envelope.ts'
import type { Scored } from './score-gateway.ts'

/** One line of JSON. Invisible characters are escaped, as JSON allows: a terminal may show it. */
export const scoreJson = (file: string, message: ScoredMessage, scored: Scored): string =>
  escapeInvisible(JSON.stringify(summaryOf(file, message, scored)))

function summaryOf(file: string, message: ScoredMessage, scored: Scored): object {
  return {
    file,
    verdict: scored.verdict,
    tagged: scored.tagged ?? false,
    score: scored.score,
    thresholds: scored.thresholds,
    client: message.ip ?? null,
    helo: message.helo ?? null,
    reversePath: message.reversePath ?? null,
    recipients: message.forwardPaths,
    receivedBy: message.receivedBy ?? null,
    unknown: scored.unknown,
    findings: byWeight(scored.findings).map(({ rule = '', reason, points, verdict }) => ({
      rule,
      ...(points !== undefined && { points }),
      ...(verdict !== undefined && { verdict }),
      reason,
    })),
  }
}

/** Lines for a person. Text of the message is escaped: a terminal shows nothing that it does not show itself. */
export function scoreLines(file: string, message: ScoredMessage, scored: Scored): readonly string[] {
  const { verdict, tagged, score, thresholds, unknown, findings } = scored
  const rows = byWeight(findings).map(finding => [weightOf(finding), finding.rule ?? '', finding.reason] as const)
  const [wide, long] = [0, 1].map(column =>
    Math.max(...rows.map(row => row[column]?.length ?? 0), COLUMNS[column] ?? 0),
  )
  const line = (weight: string, rule: string, reason: string): string =>
    `  ${weight.padStart(wide ?? 0)}  ${escapeInvisible(rule).padEnd(long ?? 0)}  ${escapeInvisible(reason)}`.trimEnd()
  const { tag, quarantine, reject } = thresholds
  return [
    escapeInvisible(file),
    `  ${escapeInvisible(envelopeText(message))}`,
    ...unknown.map(sentence => `  ${sentence}`),
    ...(rows.length > 0
      ? [line('points', 'rule', 'reason'), ...rows.map(row => line(...row))]
      : ['  nothing was found']),
    `  score ${score}: ${verdict}${tagged ? ', tagged' : ''} (tag ${tag ?? 'off'}, quarantine ${quarantine}, reject ${reject})`,
  ]
}

const COLUMNS = ['points'.length, 'rule'.length]

function envelopeText({ ip, helo, reversePath, forwardPaths, receivedBy }: ScoredMessage): string {
  const by = receivedBy === undefined ? '' : `, received by ${receivedBy}`
  const to = forwardPaths.length === 0 ? 'unknown' : forwardPaths.join(', ')
  return `client ${ip ?? 'unknown'}, HELO ${helo ?? 'unknown'}, MAIL FROM ${pathText(reversePath)}, RCPT TO ${to}${by}`
}

const pathText = (path: string | undefined): string => (path === undefined ? 'unknown' : `<${path}>`)

/** The consequence of a finding: a verdict, points with their sign, or what a dry run would have had. */
function weightOf({ verdict, points, dryRun }: Finding): string {
  if (verdict !== undefined) return verdict
  if (points !== undefined) return points > 0 ? `+${points}` : `${points}`
  return dryRun === undefined ? '–' : `(${dryRun.verdict ?? dryRun.points ?? '–'})`
}

/** Verdicts first, then by points; what costs nothing is last. */
function byWeight(findings: readonly Finding[]): readonly Finding[] {
  const weight = ({ verdict, points = 0 }: Finding): number =>
    verdict === undefined ? Math.abs(points) : Number.POSITIVE_INFINITY
  return findings.toSorted((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)))
}
