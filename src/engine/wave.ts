/** One wave of a stage: its filters run together, each with a deadline, until one refuses. */
import { isFinal } from '../model/decision.ts'
import type { Filter, PriorFindings } from '../model/filter.ts'
import type { Finding, Findings } from '../model/finding.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Clock } from '../model/services.ts'
import type { Connection } from '../model/stage.ts'
import { type Exemption, isExempt } from './exempt.ts'
import { FilterClock, type RunningFilter } from './filter-clock.ts'
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

/** What each filter has used, by its name, added up over a session. */
export type FilterTimings = Map<string, { cpu: number; wait: number }>

interface PendingFilter {
  readonly filter: RunningFilter
  /** Cancels the timer of its deadline. */
  readonly cancel: () => void
}

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
  readonly #filterClock: FilterClock
  /** Filters that have not settled. */
  #pending: Map<Step, PendingFilter> | undefined
  #ended: Finding | undefined
  #isOver = false
  #finish: (() => void) | undefined
  /** Where one filter ends the next begins: the clock is read once for each. */
  #now: number

  constructor(stage: WaveSurroundings, prior: PriorFindings) {
    this.#stage = stage
    this.#prior = prior
    this.#filterClock = new FilterClock(stage.clock)
    this.#view = new WaveView(stage.scope, this.#filterClock)
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
    const filter: RunningFilter = { since: this.#now, cpu: 0, marks: 0 }
    this.#filterClock.current = filter
    let findings: MaybePromise<Findings>
    try {
      findings = step.examine(this.#view.view, this.#prior)
    } catch (error) {
      findings = failureOf(step.filter, error)
    }
    this.#filterClock.current = undefined
    this.#now = this.#stage.clock.monotonic()
    filter.cpu = this.#now - filter.since
    if (isPromise(findings)) this.#wait(step, filter, findings)
    else this.#settle(step, filter, findings)
  }

  #wait(step: Step, filter: RunningFilter, findings: Promise<Findings>): void {
    this.#pending ??= new Map()
    const settle = (list: Findings): void => {
      if (!this.#pending?.has(step)) return
      this.#now = this.#stage.clock.monotonic()
      this.#settle(step, filter, list)
    }
    const late = (): void => settle(timeoutOf(step.filter, step.deadline))
    this.#pending.set(step, { filter, cancel: this.#stage.clock.after(step.deadline, late) })
    findings.then(settle, error => settle(failureOf(step.filter, error)))
  }

  /** What a filter has used up to now. */
  #charge(step: Step, { since, cpu }: RunningFilter): void {
    const { timings } = this.#stage
    const { name } = step.filter
    const wait = Math.max(0, this.#now - since - cpu)
    const time = timings.get(name)
    if (time === undefined) timings.set(name, { cpu, wait })
    else {
      time.cpu += cpu
      time.wait += wait
    }
  }

  #settle(step: Step, filter: RunningFilter, findings: Findings): void {
    const { found, transform } = this.#stage
    this.#charge(step, filter)
    if (this.#isOver) return
    const list = namedFindings(step.filter, findings, transform)
    if (list.length > 0) found.push([step.index, list])
    // A quarantined message is received all the same: what would refuse it, malware above all, is still looked for.
    this.#ended ??= list.find(endsStage)
    this.#pending?.get(step)?.cancel()
    this.#pending?.delete(step)
    if (this.#ended !== undefined || this.#pending?.size === 0) this.#finish?.()
  }

  #close(): Finding | undefined {
    this.#isOver = true
    for (const { cancel } of this.#pending?.values() ?? []) cancel()
    this.#pending?.clear()
    this.#view.close()
    return this.#ended
  }
}

/** Nothing that is found later can change these, unless they count for some recipients only. */
export const endsStage = ({ verdict, recipients }: Finding): boolean =>
  verdict !== undefined && recipients === undefined && isFinal(verdict)

const isPromise = (value: MaybePromise<Findings>): value is Promise<Findings> =>
  typeof value === 'object' && value !== null && 'then' in value

/** What the filters of one wave see: the scope's view, with a signal that aborts when the wave is over. */
class WaveView {
  readonly view: Connection
  #controller: AbortController | undefined
  #isClosed = false

  constructor(scope: Scope, clock: FilterClock) {
    this.view = viewOf(scope.view, { ask: clock.timed(scope.view.ask) }, () => this.#signal())
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
