/** One wave of a stage: its filters run together, each with a deadline, until one refuses. */
import { isFinal } from '../model/decision.ts'
import type { Filter, PriorFindings } from '../model/filter.ts'
import type { Finding, Findings } from '../model/finding.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Place } from '../model/registry.ts'
import type { Clock } from '../model/services.ts'
import type { Connection, Fact } from '../model/stage.ts'
import { deadlinesOf, type Waiting } from './deadlines.ts'
import { type Exemption, isExempt } from './exempt.ts'
import { type FilterClock, filterClockOf, type RunningFilter } from './filter-clock.ts'
import { type FindingTransform, failureOf, namedFindings, timeoutOf } from './found.ts'
import { SCOPE_ENDED, type Scope } from './scope.ts'
import { viewOf } from './view.ts'

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
  /** Milliseconds to its deadline, when the deadlines of the wave were last looked at. */
  left = 0

  constructor(step: Step, since: number) {
    this.step = step
    this.since = since
  }
}

export class WaveRun implements Waiting {
  due = 0
  readonly #stage: WaveSurroundings
  readonly #prior: PriorFindings
  readonly #filterClock: FilterClock
  /** What the filters see: the view of the scope, with a signal that aborts when the wave is over. */
  readonly #view: Connection
  #controller: AbortController | undefined
  /** Filters that have not settled. */
  #pending: Set<StartedFilter> | undefined
  /** Milliseconds from the last look at the deadlines to the next one. */
  #untilLate = 0
  #place: Place<Waiting> | undefined
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
    this.#view = viewOf(scope.stage, scope.view, scope.view, { ask, signal: () => this.#signal() })
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
    for (const filter of pending) filter.left -= this.#now
    scope.addWave(this)
    this.#awaitDeadline(pending)
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
    filter.left = this.#now + filter.step.deadline
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

  #awaitDeadline(pending: ReadonlySet<StartedFilter>): void {
    let next = Number.POSITIVE_INFINITY
    for (const { left } of pending) next = Math.min(next, left)
    this.#untilLate = next
    this.#place = deadlinesOf(this.#stage.clock).add(this, next)
  }

  /** The next deadline has passed. */
  late(): void {
    this.#leave()
    const pending = this.#pending ?? new Set()
    for (const filter of pending) {
      filter.left -= this.#untilLate
      if (filter.left < 1) this.#arrived(filter, timeoutOf(filter.step.filter, filter.step.deadline))
    }
    if (!this.#isOver) this.#awaitDeadline(pending)
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
    this.#pending?.clear()
    if (this.#finish !== undefined) {
      this.#leave()
      this.#stage.scope.removeWave(this)
    }
    this.#controller?.abort(SCOPE_ENDED)
    return this.#ended
  }

  /** No deadline is awaited any more. */
  #leave(): void {
    if (this.#place !== undefined) deadlinesOf(this.#stage.clock).remove(this.#place)
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
