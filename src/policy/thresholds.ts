/** The policy that adds points up and compares the score with thresholds; the strictest verdict wins. */

import { cost, oneOf, score } from '../model/checks.ts'
import { type Decision, isFinal, type Policy, type Reply } from '../model/decision.ts'
import type { Problem } from '../model/errors.ts'
import { type Finding, roundScore, type Verdict } from '../model/finding.ts'
import { type Check, checked, object, record, relation, type Shape, schemaOf } from '../model/options.ts'
import { type Stage, stages } from '../model/stage.ts'
import { readable } from '../net/checks.ts'
import { readMailbox, readName } from '../net/names.ts'
import { RecipientTable } from './recipient-table.ts'
import { positiveReply, refusal } from './reply.ts'

/** The scores of {@link thresholds} and what else may differ between recipients. */
export interface ThresholdOptions {
  /**
   * The score from which an accepted message is tagged: `spamStatus` writes `X-Spam-Tag: YES`, and the decision has
   * `tagged`. A message that is quarantined is not tagged too. `'off'` tags none. @default 4, at most `quarantine`
   */
  readonly tag?: number | 'off'
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

/** Options of {@link thresholds}. */
export interface PolicyOptions extends ThresholdOptions {
  /**
   * Other thresholds for some recipients, by address (`bob@example.org`, for `bob+shop@example.org` too), domain
   * (`example.org`) or every domain below one (`.example.org`). The most specific entry applies; what it leaves out is
   * as for all. @default {}
   */
  readonly recipients?: Readonly<Record<string, ThresholdOptions>>
}

const severity: Readonly<Record<Verdict, number>> = { accept: 0, quarantine: 1, defer: 2, discard: 3, reject: 4 }

const TAG = 4
const QUARANTINE = 6
const REJECT = 15

/** What {@link ThresholdOptions} consist of. */
export const thresholdShape: Shape<ThresholdOptions> = {
  tag: cost('off'),
  quarantine: score({ above: 0 }),
  reject: score({ above: 0 }),
  rejectAt: oneOf('connect', 'helo', 'mail', 'rcpt'),
}

/** An address, a domain, or every domain below one. */
export const recipientPattern: Check<string> = readable('an address or a domain such as bob@example.org', value =>
  value.includes('@') ? readMailbox(value) : readName(value),
)

const schema = schemaOf<PolicyOptions>(
  'thresholds',
  {
    ...thresholdShape,
    recipients: record(
      recipientPattern,
      object<ThresholdOptions>(thresholdShape, 'thresholds'),
      'thresholds by recipient',
    ),
  },
  relation(['quarantine', 'reject'], wrongOrder),
  relation(['tag', 'quarantine'], wrongTag),
  relation(['recipients', 'tag', 'quarantine', 'reject'], ({ recipients = {}, ...common }) => {
    for (const [name, own] of Object.entries(recipients)) {
      const all = { ...common, ...own }
      const wrong = wrongOrder(all) ?? wrongTag(all)
      if (wrong) return { ...wrong, remedy: `correct the entry for ${name}: ${wrong.remedy}` }
    }
    return undefined
  }),
)

/** What is wrong between thresholds that are right by themselves. */
function wrongOrder({ quarantine = QUARANTINE, reject = REJECT }: ThresholdOptions): Wrong {
  if (quarantine < reject) return undefined
  const expected = `less than reject, which is ${reject}`
  return { found: quarantine, expected, remedy: 'give both, the lower one to quarantine' }
}

function wrongTag({ tag = 0, quarantine = QUARANTINE }: ThresholdOptions): Wrong {
  if (tag === 'off' || tag <= quarantine) return undefined
  const expected = `at most quarantine, which is ${quarantine}`
  return { found: tag, expected, remedy: "give both, the lower one to tag, or tag: 'off'" }
}

type Wrong = Omit<Problem, 'path'> | undefined

/**
 * The default policy: adds points up, and tags, quarantines or refuses from a score on.
 *
 * @throws PosternError when a threshold is not a number, or quarantine does not come before reject
 * @example
 * postern({ filters, policy: thresholds({ quarantine: 5, recipients: { 'example.net': { reject: 30 } } }) })
 */
export function thresholds(options: PolicyOptions = {}): Policy {
  const { recipients = {}, ...common } = checked(schema, options)
  const base = byScore(common)
  const table = new RecipientTable(
    Object.entries(recipients).map(([name, own]) => [name, byScore({ ...common, ...own })]),
  )
  return table.size === 0 ? base : (findings, at) => (table.of(at.forwardPath) ?? base)(findings, at)
}

/**
 * The same, without checks and for all recipients; Infinity switches a threshold off.
 *
 * @internal
 */
export function byScore({
  tag = TAG,
  quarantine = QUARANTINE,
  reject = REJECT,
  rejectAt = 'rcpt',
}: ThresholdOptions): Policy {
  return (findings, { stage, ref, ended }) => {
    const score = roundScore(findings.reduce(addPoints, 0))
    const certain = strongest(findings)
    const byScore: Verdict = score >= reject ? 'reject' : score >= quarantine ? 'quarantine' : 'accept'
    const isWanted = ended?.verdict === 'accept'
    const scored = isWanted ? 'accept' : byScore
    const verdict = certain && severity[certain.verdict] >= severity[scored] ? certain.verdict : scored
    const { close = false, status, replyText }: Partial<Finding> = certain?.verdict === verdict ? certain : {}
    const tagged = verdict === 'accept' && stage === 'message' && !isWanted && tag !== 'off' && score >= tag
    return { stage, verdict, score, ...(tagged && { tagged }), findings, reply: replyTo(verdict) } satisfies Decision

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
