/** Judges the stages of one session: runs the filters of a stage, asks the policy, announces the decision. */
import { type Decision, type DecisionPoint, isFinal } from '../model/decision.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import type { Clock } from '../model/services.ts'
import type { CompiledGateway } from './compile.ts'
import { allows } from './exempt.ts'
import { sessionEnded } from './internal-decisions.ts'
import { judge, repeatDecision } from './judge.ts'
import { type Result, run } from './run.ts'
import type { Scope } from './scope.ts'
import type { FilterTimings } from './wave.ts'

/** What a stage has found, and what was decided by it. */
interface Examined<D> {
  readonly result: Result
  readonly decision: D
}

export class Examiner {
  readonly setup: CompiledGateway
  readonly ref: string
  readonly timings: FilterTimings = new Map()
  readonly #clock: Clock

  constructor(setup: CompiledGateway, ref: string, clock: Clock) {
    this.setup = setup
    this.ref = ref
    this.#clock = clock
  }

  /**
   * Judges the stage of a scope. Where a scope around it is decided already, only filters that may allow are asked
   * whether that still holds.
   */
  examine(scope: Scope, forwardPath?: string): MaybePromise<Decision> {
    const { setup, ref } = this
    const { chain, stage } = scope
    const at: DecisionPoint = { stage, ref, ...(forwardPath !== undefined && { forwardPath }) }
    const before = repeatDecision(setup, chain, at)
    if (before === undefined) return this.#judge(scope, at)
    const waves = setup.allowPlans[stage]
    if (waves.length === 0) return before
    // Asked alone first: whom nothing allows costs no other filter. The stage then begins anew.
    const asked = run(waves, scope, this.#clock, this.timings, { earlier: chain })
    return thenSync(asked, ({ findings }) => (allows(findings) && !scope.ended ? this.#judge(scope, at) : before))
  }

  #judge(scope: Scope, at: DecisionPoint): MaybePromise<Decision> {
    const { setup, ref } = this
    const { chain, stage } = scope
    const decide = (result: Result): Decision => judge(setup, [...chain, result], pointOf(at, result))
    return thenSync(this.runStage(scope, decide, isFinalDecision), examined => {
      if (examined === undefined) return sessionEnded(stage, ref)
      const { decision, result } = examined
      if (isFinalDecision(decision)) {
        scope.decided = { decision, ended: result.ended }
        scope.cancel()
      }
      return this.announce(decision, scope)
    })
  }

  /**
   * Runs the filters of a stage and decides by what they find: once, and a second time only where a `late` filter found
   * something after the first time. Settles with undefined when the scope has ended.
   */
  runStage<D>(
    scope: Scope,
    decide: (result: Result) => D,
    isDecided: (decision: D) => boolean,
  ): MaybePromise<Examined<D> | undefined> {
    const { chain, stage } = scope
    let early: Examined<D> | undefined
    const results = run(this.setup.plans[stage], scope, this.#clock, this.timings, {
      earlier: chain,
      transform: this.setup.transformFinding,
      isAllowed: chain.some(({ isAllowed }) => isAllowed),
      isDecided: result => {
        early = { result, decision: decide(result) }
        return isDecided(early.decision)
      },
    })
    return thenSync(results, result => {
      if (scope.ended) return undefined
      const examined = early?.result === result ? early : { result, decision: decide(result) }
      scope.note(result.findings)
      return examined
    })
  }

  /** Hands a decision to the listeners of all filters. */
  announce(decision: Decision, { view }: Scope): Decision {
    for (const filter of this.setup.filters) {
      try {
        filter.onDecision?.(decision, view)
      } catch {
        // A listener that throws does not change the reply.
      }
    }
    return decision
  }
}

const isFinalDecision = ({ verdict }: Decision): boolean => isFinal(verdict)

/** Where a decision is made, with the finding that ended the stage. */
export const pointOf = (at: DecisionPoint, { ended }: Result): DecisionPoint =>
  ended === undefined ? at : { ...at, ended }
