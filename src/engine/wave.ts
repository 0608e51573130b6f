/** One wave of a stage: its filters run together, each with a deadline, until one refuses. */
import { isFinal } from '../model/decision.ts'
import type { Filter, PriorFindings } from '../model/filter.ts'
import type { Finding, Findings } from '../model/finding.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import { afterRunning } from '../model/running-time.ts'
import type { Clock } from '../model/services.ts'
import type { Connection, Fact } from '../model/stage.ts'
import { type Exemption, isExempt } from './exempt.ts'
import { type FilterClock, filterClockOf, type RunningFilter } from './filter-clock.ts'
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

/** A filter of this wave. */
class StartedFilter implements RunningFilter {
  readonly step: Step
  readonly since: number
  cpu = 0
  marks = 0
  /** Its deadline, in milliseconds after the last filter of the wave has begun to wait. */
  deadline = 0

  constructor(step: Step, since: number) {
    this.step = step
    this.since = since
  }
}

export class WaveRun {
  readonly #stage: WaveSurroundings
  readonly #prior: PriorFindings
  readonly #filterClock: FilterClock
  /** What the filters see: the view of the scope, with a signal that aborts when the wave is over. */
  readonly #view: Connection
  #controller: AbortController | undefined
  /** Filters that have not settled. */
  #pending: Set<StartedFilter> | undefined
  #cancelDeadline: (() => void) | undefined
  #ended: Finding | undefined
  #isOver = false
  #finish: ((ended: Finding | undefined) => void) | undefined
  /** Where one filter ends the next begins: the clock is read once for each. */
  #now: number

  constructor(stage: WaveSurroundings, prior: PriorFindings) {
    const { scope, clock } = stage
    const filterClock = filterClockOf(clock)
    const ask = <T>(fact: Fact<never, T>): Promise<T> => filterClock.timed(scope.ask(fact))
    this.#stage = stage
    this.#prior = prior
    this.#filterClock = filterClock
    this.#view = viewOf(scope.view, undefined, ask, () => this.#signal())
    this.#now = clock.monotonic()
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
    const pending = this.#pending
    if (pending === undefined || this.#ended !== undefined || scope.ended) return this.#close()
    for (const filter of pending) filter.deadline -= this.#now
    scope.addWave(this)
    this.#armDeadline(pending, 0)
    return new Promise(resolve => {
      this.#finish = resolve
    })
  }

  /** The scope has ended, or its stage is decided: nothing that is found now counts. */
  end(): void {
    this.#finish?.(this.#close())
  }

  #start(step: Step): void {
    const filter = new StartedFilter(step, this.#now)
    this.#filterClock.enter(filter)
    let findings: MaybePromise<Findings>
    try {
      findings = step.examine(this.#view, this.#prior)
    } catch (error) {
      findings = failureOf(step.filter, error)
    }
    this.#now = this.#stage.clock.monotonic()
    filter.cpu = this.#now - filter.since
    this.#filterClock.leave(filter.cpu)
    if (isPromise(findings)) this.#wait(filter, findings)
    else this.#settle(filter, findings)
  }

  #wait(filter: StartedFilter, findings: Promise<Findings>): void {
    filter.deadline = this.#now + filter.step.deadline
    this.#pending ??= new Set()
    this.#pending.add(filter)
    findings.then(
      list => this.#arrived(filter, list),
      error => this.#arrived(filter, failureOf(filter.step.filter, error)),
    )
  }

  /** A filter has settled. What comes after its deadline, or after the end of the wave, changes nothing. */
  #arrived(filter: StartedFilter, findings: Findings): void {
    if (this.#pending?.delete(filter) !== true) return
    this.#now = this.#stage.clock.monotonic()
    this.#settle(filter, findings)
    if (this.#ended !== undefined || this.#pending.size === 0) this.#finish?.(this.#close())
  }

  /** One timer for all filters of the wave: that of the next deadline, `passed` milliseconds after the start. */
  #armDeadline(pending: ReadonlySet<StartedFilter>, passed: number): void {
    let next = Number.POSITIVE_INFINITY
    for (const { deadline } of pending) next = Math.min(next, deadline)
    this.#cancelDeadline = afterRunning(this.#stage.clock, next - passed, () => {
      for (const filter of pending)
        if (filter.deadline < next + 1) this.#arrived(filter, timeoutOf(filter.step.filter, filter.step.deadline))
      if (!this.#isOver) this.#armDeadline(pending, next)
    })
  }

  /** What a filter has used up to now. */
  #charge({ step, since, cpu }: StartedFilter): void {
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

  #settle(filter: StartedFilter, findings: Findings): void {
    const { found, transform } = this.#stage
    const { step } = filter
    this.#charge(filter)
    const list = namedFindings(step.filter, findings, transform)
    if (list.length === 0) return
    found.push([step.index, list])
    // A quarantined message is received all the same: what would refuse it, malware above all, is still looked for.
    this.#ended ??= list.find(endsStage)
  }

  #close(): Finding | undefined {
    if (this.#isOver) return this.#ended
    this.#isOver = true
    this.#cancelDeadline?.()
    this.#pending?.clear()
    if (this.#finish !== undefined) this.#stage.scope.removeWave(this)
    this.#controller?.abort(SCOPE_ENDED)
    return this.#ended
  }

  #signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#isOver) this.#controller.abort(SCOPE_ENDED)
    }
    return this.#controller.signal
  }
}

/** Nothing that is found later can change these, unless they count for some recipients only. */
export const endsStage = ({ verdict, recipients }: Finding): boolean =>
  verdict !== undefined && recipients === undefined && isFinal(verdict)

const isPromise = (value: MaybePromise<Findings>): value is Promise<Findings> =>
  typeof value === 'object' && value !== null && 'then' in value
