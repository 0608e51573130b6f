/** The policy that adds points up and compares the score with two thresholds; the strictest verdict wins. */

import { oneOf, score } from '../model/checks.ts'
import { type Decision, isFinal, type Policy, type Reply } from '../model/decision.ts'
import { type Finding, roundScore, type Verdict } from '../model/finding.ts'
import { checked, relation, schemaOf } from '../model/options.ts'
import { type Stage, stages } from '../model/stage.ts'
import { positiveReply, refusal } from './reply.ts'

/** Options of {@link thresholds}. */
export interface ThresholdOptions {
  /** The score from which a message is quarantined. @default 6 */
  readonly quarantine?: number
  /** The score from which a client, recipient or message is refused. @default 15 */
  readonly reject?: number
  /**
   * The first stage at which a refusal is sent. A refusal that is decided earlier waits until then, without running
   * more filters, so that the log has sender and recipient. A finding with `close` never waits. @default 'rcpt'
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
 * The default policy: adds points up, and refuses or quarantines from a score on.
 *
 * @throws PosternError when a threshold is not a number, or quarantine does not come before reject
 * @example
 * postern({ filters, policy: thresholds({ quarantine: 5, reject: 12 }) })
 */
export const thresholds = (options: ThresholdOptions = {}): Policy => byScore(checked(schema, options))

/**
 * The same, without checks; Infinity switches a threshold off.
 *
 * @internal
 */
export function byScore({ quarantine = QUARANTINE, reject = REJECT, rejectAt = 'rcpt' }: ThresholdOptions): Policy {
  return (findings, { stage, ref, ended }) => {
    const score = roundScore(findings.reduce(addPoints, 0))
    const certain = strongest(findings)
    const byScore: Verdict = score >= reject ? 'reject' : score >= quarantine ? 'quarantine' : 'accept'
    const scored = ended?.verdict === 'accept' ? 'accept' : byScore
    const verdict = certain && severity[certain.verdict] >= severity[scored] ? certain.verdict : scored
    const { close = false, status, replyText }: Partial<Finding> = certain?.verdict === verdict ? certain : {}
    const decision = { stage, verdict, score, findings }
    return { ...decision, reply: replyTo(verdict) } satisfies Decision

    function replyTo(verdict: Verdict): Reply {
      if (!isFinal(verdict) || verdict === 'discard') return positiveReply(stage, ref)
      if (!close && isBefore(stage, rejectAt)) return positiveReply(stage, ref)
      return refusal(status ?? (verdict === 'defer' ? '4.7.1' : '5.7.1'), stage, ref, { replyText, close })
    }
  }
}

/** NaN counts nothing: one would make every comparison false. */
const addPoints = (sum: number, { points = 0 }: Finding): number => (Number.isFinite(points) ? sum + points : sum)

const isBefore = (stage: Stage, other: Stage): boolean => stages.indexOf(stage) < stages.indexOf(other)

type Certain = Finding & { readonly verdict: Verdict }

/** The finding with the strictest verdict. An `accept` counts for its own stage alone. */
function strongest(findings: readonly Finding[]): Certain | undefined {
  let found: Certain | undefined
  for (const finding of findings) {
    if (!isCertain(finding) || finding.verdict === 'accept') continue
    if (found === undefined || severity[finding.verdict] > severity[found.verdict]) found = finding
  }
  return found
}

const isCertain = (finding: Finding): finding is Certain => finding.verdict !== undefined
