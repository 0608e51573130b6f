/** From findings to a decision, as the mode allows; and the few decisions that are the session's own. */

import { type Decision, type DecisionPoint, isFinal } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import { defer, type Finding, reject } from '../model/finding.ts'
import type { Stage } from '../model/stage.ts'
import { goAhead, refusal } from '../policy/reply.ts'
import type { CompiledGateway } from './compiled.ts'
import { allows, exemptionOf, withoutExempt } from './exempt.ts'
import { malformedDecision } from './malformed.ts'
import type { Scope } from './scope.ts'

/** What is known and found at one level of a session. */
export interface Level {
  readonly scope: Scope
  readonly findings: Finding[]
  /** Once decided, nothing more is spent here; this is what was decided. */
  decided: { readonly decision: Decision; readonly ended: Finding | undefined } | undefined
  /** A finding here exempts what follows from checks of identity and content. */
  isAllowed: boolean
}

interface Findings {
  readonly findings: readonly Finding[]
  readonly scope?: Scope
  readonly isAllowed?: boolean
}

export const level = (scope: Scope): Level => ({ scope, findings: [], isAllowed: false, decided: undefined })

/** Writes down what was found at a level. */
export function note(here: Level, findings: readonly Finding[]): void {
  if (findings.length === 0) return
  here.findings.push(...findings)
  here.isAllowed ||= allows(findings)
}

export const isAllowedLevel = ({ isAllowed }: Level): boolean => isAllowed

/** Asks the policy. In shadow mode its decision is told but not carried out. */
export function judge(setup: CompiledGateway, levels: readonly Findings[], at: DecisionPoint): Decision {
  const all = levels.flatMap(({ findings }) => findings)
  const findings = withoutExempt(all, setup.checks, exemptionOf(levels))
  try {
    const decision = setup.policy(findings, at)
    const problem = malformedDecision(decision)
    if (problem !== undefined) return unjudged(problem, findings, at)
    return setup.mode === 'shadow' ? asDryRunDecision(decision, at.ref) : decision
  } catch (error) {
    return unjudged(errorText(error), findings, at)
  }
}

const unjudged = (problem: string, findings: readonly Finding[], { stage, ref }: DecisionPoint): Decision =>
  internalDecision(stage, ref, defer('4.3.0', `the policy failed: ${problem}`, { rule: 'session/policy' }), findings)

/** Whether the policy would refuse or discard by what was found on `levels` and is found now. */
export const decidedBy =
  (setup: CompiledGateway, levels: readonly Findings[], at: DecisionPoint) =>
  (findings: readonly Finding[]): boolean =>
    isFinal(judge(setup, [...levels, { findings }], at).verdict)

/** What was decided before, said again at a later stage. A policy cannot take it back. */
export function repeatDecision(
  setup: CompiledGateway,
  levels: readonly Level[],
  at: DecisionPoint,
): Decision | undefined {
  const before = levels.find(({ decided }) => decided !== undefined)?.decided
  if (before === undefined) return undefined
  const exemption = exemptionOf(levels)
  const [ended] = before.ended === undefined ? [] : withoutExempt([before.ended], setup.checks, exemption)
  const decision = judge(setup, levels, ended === undefined ? at : { ...at, ended })
  if (isFinal(decision.verdict)) return decision
  // A user who has authenticated since, or a sender that is allowed, was refused for what it is exempt from.
  return exemption === 'none' ? { ...before.decision, stage: at.stage } : undefined
}

function asDryRunDecision(decision: Decision, ref: string): Decision {
  if (decision.verdict === 'accept') return decision
  return { ...decision, verdict: 'accept', reply: goAhead(decision.stage, ref), dryRun: decision.verdict }
}

/** A decision of the session itself, in either mode: a limit, a broken stream, a verb out of order. */
export function internalDecision(
  stage: Stage,
  ref: string,
  finding: Finding,
  findings: readonly Finding[] = [],
): Decision {
  const { verdict = 'defer', status = '4.3.0', replyText, close } = finding
  const all = [...findings, finding]
  const score = all.reduce((sum, { points = 0 }) => sum + points, 0)
  return { stage, verdict, score, findings: all, reply: refusal(status, stage, ref, { replyText, close }) }
}

/** A verb that its predecessors do not allow (RFC 5321 §4.1.4). Decides nothing about what comes. */
export const badSequence = (stage: Stage, ref: string, reason: string): Decision => {
  const decision = internalDecision(stage, ref, reject('5.5.1', reason, { rule: 'session/sequence' }))
  const { close: _, ...reply } = decision.reply
  return { ...decision, reply: { ...reply, code: 503 } }
}

/** RFC 5321 §4.5.3.1.3 asks for 256 bytes of a path; no mail server takes a longer line than this. */
const MAX_LENGTH = 2048
const MAX_RECIPIENTS = 10_000

/** A greeting or a path that is too long to be examined. Whatever port it came by, no filter sees it. */
export function tooLong(stage: 'helo' | 'mail' | 'rcpt', ref: string, text = ''): Decision | undefined {
  if (text.length <= MAX_LENGTH) return undefined
  const status = ({ helo: '5.5.4', mail: '5.1.7', rcpt: '5.1.3' } as const)[stage]
  const what = { helo: 'greeting', mail: 'reverse-path', rcpt: 'forward-path' }[stage]
  const reason = `the ${what} has ${text.length} characters, more than ${MAX_LENGTH}`
  return internalDecision(stage, ref, reject(status, reason, { rule: 'session/length' }))
}

/** Hosts have limits of their own, far below this one: it is there for those that have none. */
export const tooMany = (count: number, ref: string): Decision | undefined =>
  count < MAX_RECIPIENTS
    ? undefined
    : internalDecision(
        'rcpt',
        ref,
        defer('4.5.3', `the transaction has ${count} recipients already`, { rule: 'session/recipients' }),
      )

/** The session or the transaction ended while it was being judged. */
export const sessionEnded = (stage: Stage, ref: string): Decision =>
  internalDecision(stage, ref, defer('4.4.2', 'the session ended before it was judged', { rule: 'session/ended' }))
