/**
 * Checks what a filter or a policy has returned: a finding without a reason, points that are not a number, a promise.
 */
import { MAX_POINTS } from '../model/checks.ts'
import type { Decision } from '../model/decision.ts'
import { show } from '../model/errors.ts'
import type { Finding, Verdict } from '../model/finding.ts'
import { nearest } from '../model/nearest.ts'

const KEYS = {
  rule: true,
  reason: true,
  points: true,
  verdict: true,
  status: true,
  replyText: true,
  close: true,
  allow: true,
  recipients: true,
  dryRun: true,
} satisfies Readonly<Record<keyof Finding, true>>

const VERDICTS = {
  accept: true,
  quarantine: true,
  defer: true,
  reject: true,
  discard: true,
} satisfies Readonly<Record<Verdict, true>>

/** RFC 3463 §2: three numbers, the last two of at most three digits. */
const STATUS = /^[245]\.\d{1,3}\.\d{1,3}$/

/** A rule stands in a field of the message: no white space, no control character, and not without end. */
const RULE = /^[^\s\p{Cc}]{1,200}$/u

/** Why this is not a finding; undefined if it is one. Runs for every finding of every filter, so it does little. */
export function malformed(finding: unknown): string | undefined {
  if (typeof finding !== 'object' || finding === null || Array.isArray(finding))
    return `${show(finding)} is not a finding; return points(…), reject(…) or nothing`
  if ('then' in finding) return 'a promise stands in a list of findings; await it'
  for (const key in finding) if (!Object.hasOwn(KEYS, key)) return unknownKey(key)
  const { rule, reason, allow, recipients, dryRun } = finding as Finding
  if (typeof reason !== 'string' || reason.trim() === '')
    return `reason: found ${show(reason)}, expected a sentence for the operator`
  if (rule !== undefined && !(typeof rule === 'string' && RULE.test(rule)))
    return `rule: found ${show(rule)}, expected a name such as 'listed'`
  if (allow !== undefined && typeof allow !== 'boolean') return `allow: found ${show(allow)}, expected true or false`
  if (recipients !== undefined && !(Array.isArray(recipients) && recipients.every(path => typeof path === 'string')))
    return `recipients: found ${show(recipients)}, expected forward-paths`
  if (dryRun !== undefined && (typeof dryRun !== 'object' || dryRun === null))
    return `dryRun: found ${show(dryRun)}, expected what shadow() took away`
  return malformedConsequence(finding as Finding) ?? (dryRun && malformedConsequence(dryRun))
}

function malformedConsequence({
  points,
  verdict,
  status,
  replyText,
  close,
}: Omit<Finding, 'reason'>): string | undefined {
  // Written so that NaN fails.
  if (points !== undefined && !(typeof points === 'number' && points >= -MAX_POINTS && points <= MAX_POINTS))
    return `points: found ${show(points)}, expected a number from ${-MAX_POINTS} to ${MAX_POINTS}`
  if (verdict !== undefined && !(typeof verdict === 'string' && Object.hasOwn(VERDICTS, verdict)))
    return `verdict: found ${show(verdict)}, expected one of ${Object.keys(VERDICTS).join(', ')}`
  if (verdict === 'reject' || verdict === 'defer') {
    const digit = verdict === 'reject' ? '5' : '4'
    if (typeof status !== 'string' || !status.startsWith(digit) || !STATUS.test(status))
      return `status: found ${show(status)}, expected a ${digit}.x.x code of RFC 3463, for the verdict is ${verdict}`
  } else if (status !== undefined) {
    return `status: found ${show(status)}, expected none, for the verdict is neither reject nor defer`
  }
  if (replyText !== undefined && typeof replyText !== 'string')
    return `replyText: found ${show(replyText)}, expected a text for the client`
  if (close !== undefined && typeof close !== 'boolean') return `close: found ${show(close)}, expected true or false`
  return undefined
}

const ALIASES: Readonly<Record<string, string>> = {
  score: 'points',
  weight: 'points',
  action: 'verdict',
  code: 'status',
}

function unknownKey(key: string): string {
  const meant = Object.hasOwn(ALIASES, key) ? ALIASES[key] : nearest(key, Object.keys(KEYS))
  const remedy = meant === undefined ? 'leave it out' : `did you mean ${meant}?`
  return `a finding has no ${show(key)}, only ${Object.keys(KEYS).join(', ')}; ${remedy}`
}

/** Why this is not a decision; undefined if it is one. */
export function malformedDecision(decision: unknown): string | undefined {
  if (typeof decision !== 'object' || decision === null) return `it returned ${show(decision)}, not a decision`
  if ('then' in decision) return 'it returned a promise; a policy returns its decision at once'
  const { verdict, score, findings, reply, stage, tagged } = decision as Partial<Decision>
  if (typeof verdict !== 'string' || !Object.hasOwn(VERDICTS, verdict))
    return `verdict: found ${show(verdict)}, expected one of ${Object.keys(VERDICTS).join(', ')}`
  if (typeof score !== 'number' || !Number.isFinite(score)) return `score: found ${show(score)}, expected a number`
  if (!Array.isArray(findings)) return `findings: found ${show(findings)}, expected an array`
  if (tagged !== undefined && tagged !== true) return `tagged: found ${show(tagged)}, expected true or nothing`
  if (typeof stage !== 'string') return `stage: found ${show(stage)}, expected the stage that was asked about`
  return malformedReply(verdict, reply)
}

function malformedReply(verdict: Verdict, reply: unknown): string | undefined {
  if (typeof reply !== 'object' || reply === null) return `reply: found ${show(reply)}, expected a reply`
  const { code, status, text } = reply as Partial<Decision['reply']>
  if (!Number.isInteger(code) || Number(code) < 200 || Number(code) > 599)
    return `reply.code: found ${show(code)}, expected a code of SMTP`
  if (typeof status !== 'string' || !STATUS.test(status))
    return `reply.status: found ${show(status)}, expected a code of RFC 3463`
  if (typeof text !== 'string' || !/^[ -~]*$/.test(text))
    return `reply.text: found ${show(text)}, expected one line of ASCII`
  // A refusal may be delayed to a later stage. What is accepted must not get the reply of a refusal.
  const isRefusal = Number(code) >= 400
  if (isRefusal && verdict !== 'reject' && verdict !== 'defer')
    return `reply.code: found ${code}, expected a code below 400, for the verdict is ${verdict}`
  return undefined
}
