/** The policy that adds points up: certainty first, then the score against two thresholds. */

import { oneOf, score } from '../model/checks.ts'
import { type Decision, isFinal, type Policy, type Reply } from '../model/decision.ts'
import type { Finding, Verdict } from '../model/finding.ts'
import { checked, relation, schemaOf } from '../model/options.ts'
import { type Stage, stages } from '../model/stage.ts'
import { goAhead, refusal } from './reply.ts'

export interface ThresholdOptions {
  /** The score from which a message is kept apart. @default 6 */
  readonly quarantine?: number
  /** The score from which a client, recipient or message is refused. @default 15 */
  readonly reject?: number
  /**
   * The first stage at which a refusal is spoken. Decided earlier, it waits until then and nothing more is spent, so
   * that whoever must explain it knows sender and recipient. What says `close` never waits. @default 'rcpt'
   */
  readonly rejectAt?: 'connect' | 'helo' | 'mail' | 'rcpt'
}

const severity: Readonly<Record<Verdict, number>> = { accept: 0, quarantine: 1, defer: 2, discard: 3, reject: 4 }

const schema = schemaOf<ThresholdOptions>(
  'thresholds',
  {
    quarantine: score({ above: 0 }),
    reject: score({ above: 0 }),
    rejectAt: oneOf('connect', 'helo', 'mail', 'rcpt'),
  },
  relation(
    ['quarantine', 'reject'],
    ({ quarantine = QUARANTINE, reject = REJECT }) =>
      !(quarantine < reject) && {
        found: quarantine,
        expected: `less than reject, which is ${reject}`,
        remedy: 'give both, the lower one to quarantine',
      },
  ),
)

const QUARANTINE = 6
const REJECT = 15

/**
 * @throws PosternError when a threshold is no number, or quarantine does not come before reject
 * @example
 * postern({ filters, policy: thresholds({ quarantine: 5, reject: 12 }) })
 */
export const thresholds = (options: ThresholdOptions = {}): Policy => byScore(checked(schema, options))

/**
 * The same, for numbers that are known to be some; Infinity switches a threshold off.
 *
 * @internal
 */
export function byScore({ quarantine = QUARANTINE, reject = REJECT, rejectAt = 'rcpt' }: ThresholdOptions): Policy {
  return (findings, { stage, ref, ended }) => {
    // Sums of tenths are not exact: 0.1 + 0.2 must meet a threshold of 0.3.
    const score = Math.round(findings.reduce(addPoints, 0) * 1000) / 1000
    const certain = strongest(findings)
    const byScore: Verdict = score >= reject ? 'reject' : score >= quarantine ? 'quarantine' : 'accept'
    const scored = ended?.verdict === 'accept' ? 'accept' : byScore
    const verdict = certain && severity[certain.verdict] >= severity[scored] ? certain.verdict : scored
    const { close = false, status, replyText }: Partial<Finding> = certain?.verdict === verdict ? certain : {}
    const decision = { stage, verdict, score, findings }
    return { ...decision, reply: replyTo(verdict) } satisfies Decision

    function replyTo(verdict: Verdict): Reply {
      if (!isFinal(verdict) || verdict === 'discard') return goAhead(stage, ref)
      if (!close && isBefore(stage, rejectAt)) return goAhead(stage, ref)
      return refusal(status ?? (verdict === 'defer' ? '4.7.1' : '5.7.1'), stage, ref, { replyText, close })
    }
  }
}

/** What is no number counts nothing: one NaN would make every comparison false, and all else in vain. */
const addPoints = (sum: number, { points = 0 }: Finding): number => (Number.isFinite(points) ? sum + points : sum)

const isBefore = (stage: Stage, other: Stage): boolean => stages.indexOf(stage) < stages.indexOf(other)

type Certain = Finding & { readonly verdict: Verdict }

/** The strongest verdict that stands. An `accept` counts for its own stage alone. */
function strongest(findings: readonly Finding[]): Certain | undefined {
  let most: Certain | undefined
  for (const finding of findings) {
    if (!isCertain(finding) || finding.verdict === 'accept') continue
    if (most === undefined || severity[finding.verdict] > severity[most.verdict]) most = finding
  }
  return most
}

const isCertain = (finding: Finding): finding is Certain => finding.verdict !== undefined
