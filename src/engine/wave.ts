/** One wave of a stage: its filters run together, each with a deadline, until one refuses. */
import { isFinal } from '../model/decision.ts'
import type { Filter, PriorFindings } from '../model/filter.ts'
import type { Finding, Findings } from '../model/finding.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Clock } from '../model/services.ts'
import type { Connection } from '../model/stage.ts'
import { type Exemption, isExempt } from './exempt.ts'
import { type FindingTransform, failureOf, namedFindings, timeoutOf } from './found.ts'
import { SCOPE_ENDED, type Scope, viewOf } from './scope.ts'

/** One filter at one stage, ready to run. */
export interface Step {
  readonly filter: Filter
  /** The position in the list of filters; findings are listed in this order. */
  readonly index: number
  /** Milliseconds. */
  readonly deadline: number
  readonly examine: (view: Connection, prior: PriorFindings) => MaybePromise<Findings>
}

/** Milliseconds by filter name, added up over a session. */
export type FilterTimings = Map<string, number>

/** What filters have found, in the order of arrival. */
export type Found = (readonly [index: number, findings: readonly Finding[]])[]

/** The stage that a wave belongs to: where it writes what its filters find, and how long they take. */
export interface WaveSurroundings {
  readonly scope: Scope
  readonly clock: Clock
  readonly timings: FilterTimings
  readonly transform: FindingTransform | undefined
  readonly found: Found
}

export class WaveRun {
  readonly #stage: WaveSurroundings
  readonly #prior: PriorFindings
  readonly #view: WaveView
  /** Filters that have not settled, with the function that cancels their timer. */
  #pending: Map<Step, () => void> | undefined
  #ended: Finding | undefined
  #isOver = false
  #finish: (() => void) | undefined
  /** Where one filter ends the next begins: the clock is read once for each. */
  #now: number

  constructor(stage: WaveSurroundings, prior: PriorFindings) {
    this.#stage = stage
    this.#prior = prior
    this.#view = new WaveView(stage.scope)
    this.#now = stage.clock.monotonic()
  }

  /**
   * Settles with the finding that ends the stage, or with nothing when all filters have settled or the scope has
   * ended.
   */
  run(steps: readonly Step[], exemption: Exemption): MaybePromise<Finding | undefined> {
    for (const step of steps) {
      if (exemption !== 'none' && isExempt(step.filter, exemption)) continue
      this.#start(step)
      if (this.#ended !== undefined) break
    }
    const { scope } = this.#stage
    if (this.#pending === undefined || this.#pending.size === 0 || this.#ended !== undefined || scope.ended)
      return this.#close()
    return new Promise<void>(resolve => {
      this.#finish = resolve
      scope.view.signal.addEventListener('abort', () => resolve(), { once: true })
    }).then(() => this.#close())
  }

  #start(step: Step): void {
    const since = this.#now
    try {
      const findings = step.examine(this.#view.view, this.#prior)
      if (isPromise(findings)) this.#wait(step, since, findings)
      else this.#settle(step, since, findings)
    } catch (error) {
      this.#settle(step, since, failureOf(step.filter, error))
    }
  }

  #wait(step: Step, since: number, findings: Promise<Findings>): void {
    this.#pending ??= new Map()
    const late = (): void => this.#settle(step, since, timeoutOf(step.filter, step.deadline))
    this.#pending.set(step, this.#stage.clock.after(step.deadline, late))
    findings.then(
      list => this.#pending?.has(step) && this.#settle(step, since, list),
      error => this.#pending?.has(step) && this.#settle(step, since, failureOf(step.filter, error)),
    )
    this.#now = this.#stage.clock.monotonic()
  }

  #settle(step: Step, since: number, findings: Findings): void {
    const { clock, timings, found, transform } = this.#stage
    const { name } = step.filter
    this.#now = clock.monotonic()
    timings.set(name, (timings.get(name) ?? 0) + this.#now - since)
    if (this.#isOver) return
    const list = namedFindings(step.filter, findings, transform)
    if (list.length > 0) found.push([step.index, list])
    // A quarantined message is received all the same: what would refuse it, malware above all, is still looked for.
    this.#ended ??= list.find(endsStage)
    this.#pending?.get(step)?.()
    this.#pending?.delete(step)
    if (this.#ended !== undefined || this.#pending?.size === 0) this.#finish?.()
  }

  #close(): Finding | undefined {
    this.#isOver = true
    for (const cancel of this.#pending?.values() ?? []) cancel()
    this.#pending?.clear()
    this.#view.close()
    return this.#ended
  }
}

/** Nothing that is found later can change these, unless they count for some recipients only. */
const endsStage = ({ verdict, recipients }: Finding): boolean =>
  verdict !== undefined && recipients === undefined && isFinal(verdict)

const isPromise = (value: MaybePromise<Findings>): value is Promise<Findings> =>
  typeof value === 'object' && value !== null && 'then' in value

/** What the filters of one wave see: the scope's view, with a signal that aborts when the wave is over. */
class WaveView {
  readonly view: Connection
  #controller: AbortController | undefined
  #isClosed = false

  constructor(scope: Scope) {
    this.view = viewOf(scope.view, undefined, () => this.#signal())
  }

  close(): void {
    this.#isClosed = true
    this.#controller?.abort(SCOPE_ENDED)
  }

  #signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#isClosed) this.#controller.abort(SCOPE_ENDED)
    }
    return this.#controller.signal
  }
}
