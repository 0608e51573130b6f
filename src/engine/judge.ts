/** From findings to a decision: the policy decides, exemptions and the mode say what counts of it. */
import { type Decision, type DecisionPoint, isFinal } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import { defer, type Finding } from '../model/finding.ts'
import { positiveReply } from '../policy/reply.ts'
import type { CompiledGateway } from './compile.ts'
import { countedFor, exemptionOf, type Judged, withoutExempt } from './exempt.ts'
import { internalDecision } from './internal-decisions.ts'
import { malformedDecision } from './malformed.ts'
import type { Scope } from './scope.ts'

/** Runs the policy. In shadow mode its decision is reported but not carried out. */
export function judge(setup: CompiledGateway, scopes: readonly Judged[], at: DecisionPoint): Decision {
  const counted = countedFor(scopes, at.forwardPath)
  const all = counted.flatMap(({ findings }) => findings)
  const findings = withoutExempt(all, setup.checks, exemptionOf(counted))
  try {
    const decision = setup.policy(findings, at)
    const problem = malformedDecision(decision)
    if (problem !== undefined) return policyFailed(problem, findings, at)
    return setup.mode === 'shadow' ? asDryRunDecision(decision, at.ref) : withValidTag(decision)
  } catch (error) {
    return policyFailed(errorText(error), findings, at)
  }
}

/** A policy that makes the verdict of another one stricter keeps its tag by mistake. */
function withValidTag(decision: Decision): Decision {
  if (!decision.tagged || decision.verdict === 'accept') return decision
  const { tagged: _tagged, ...untagged } = decision
  return untagged
}

function policyFailed(problem: string, findings: readonly Finding[], { stage, ref }: DecisionPoint): Decision {
  return internalDecision(
    stage,
    ref,
    defer('4.3.0', `the policy failed: ${problem}`, { rule: 'session/policy' }),
    findings,
  )
}

function asDryRunDecision(decision: Decision, ref: string): Decision {
  // A tag is a consequence, too: mail programs sort by it.
  const { tagged, ...untagged } = decision
  if (decision.verdict === 'accept') return tagged ? untagged : decision
  return { ...decision, verdict: 'accept', reply: positiveReply(decision.stage, ref), dryRun: decision.verdict }
}

/** What was decided for good at an earlier stage, for this stage. A policy cannot take it back. */
export function repeatDecision(
  setup: CompiledGateway,
  scopes: readonly Scope[],
  at: DecisionPoint,
): Decision | undefined {
  const before = scopes.find(({ decided }) => decided !== undefined)?.decided
  if (before === undefined) return undefined
  const exemption = exemptionOf(scopes)
  const [ended] = before.ended === undefined ? [] : withoutExempt([before.ended], setup.checks, exemption)
  const decision = judge(setup, scopes, ended === undefined ? at : { ...at, ended })
  if (isFinal(decision.verdict)) return decision
  // A user who has authenticated since, or a sender that is allowed, was refused for what it is exempt from.
  return exemption === 'none' ? { ...before.decision, stage: at.stage } : undefined
}
