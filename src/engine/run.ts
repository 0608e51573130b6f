/** Runs the filters of one stage in waves: `early`, the rest, `late`, `last`. The first refusal ends the stage. */
import type { Filter, PriorFindings } from '../model/filter.ts'
import { type Finding, roundScore } from '../model/finding.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import type { Clock } from '../model/services.ts'
import type { Stage, Transaction } from '../model/stage.ts'
import { type Exemption, exemptionAt } from './exempt.ts'
import type { FindingTransform } from './found.ts'
import type { Scope } from './scope.ts'
import { type FilterTimings, type Found, type Step, WaveRun, type WaveSurroundings } from './wave.ts'

/** The waves of a stage, in order, without empty ones. */
export type Plan = readonly (readonly Step[])[]

/** What a stage has found. */
export interface Result {
  /** In the order of filters, whatever the order of arrival. */
  readonly findings: readonly Finding[]
  /** The finding that ended the stage; of a stage that was not ended, the first that accepts. */
  readonly ended?: Finding
}

interface WithFindings {
  readonly findings: readonly Finding[]
}

export interface RunOptions {
  /** What was found before this stage. */
  readonly earlier?: readonly WithFindings[]
  readonly transform?: FindingTransform | undefined
  /** An earlier stage has allowed the sender. @default false */
  readonly isAllowed?: boolean
  /** Whether what this stage has found decides it, so that no `late` filter need start. @default never */
  readonly isDecided?: (result: Result) => boolean
}

/** Sorts filters into the waves of a stage. */
export function plan(filters: readonly Filter[], stage: Stage, deadlineOf: (filter: Filter) => number): Plan {
  const steps = filters.flatMap((filter, index): Step[] => {
    const method = filter[stage] as Step['examine'] | undefined
    if (method === undefined) return []
    // Called on the filter, so that a filter may use `this`.
    return [{ filter, index, deadline: deadlineOf(filter), examine: (view, prior) => method.call(filter, view, prior) }]
  })
  const waves = (['early', undefined, 'late', 'last'] as const).map(order =>
    steps.filter(({ filter }) => filter.order === order),
  )
  return waves.filter(wave => wave.length > 0)
}

const NOTHING: Result = { findings: [] }

/**
 * Never rejects: a filter that throws, rejects or does not settle is a finding. Returns a promise only where a filter
 * does: most stages have none, and then three promises would cost more than all else here.
 */
export const run = (
  waves: Plan,
  scope: Scope,
  clock: Clock,
  timings: FilterTimings,
  options: RunOptions = {},
): MaybePromise<Result> => (waves.length === 0 ? NOTHING : new StageRun(waves, scope, clock, timings, options).from(0))

/** One stage that is being run: what its waves share. */
class StageRun implements WaveSurroundings {
  readonly scope: Scope
  readonly clock: Clock
  readonly timings: FilterTimings
  readonly transform: FindingTransform | undefined
  readonly found: Found = []
  readonly #waves: Plan
  readonly #options: RunOptions

  constructor(waves: Plan, scope: Scope, clock: Clock, timings: FilterTimings, options: RunOptions) {
    this.scope = scope
    this.clock = clock
    this.timings = timings
    this.transform = options.transform
    this.#waves = waves
    this.#options = options
  }

  /** Runs the waves from `index` on. */
  from(index: number): MaybePromise<Result> {
    const wave = this.#waves[index]
    if (wave === undefined) return this.#result(this.#acceptance())
    const before = this.found.length
    let decided: Result | undefined
    // The points so far may have decided the stage: then an expensive scanner need not start.
    if (index > 0 && isLate(wave) && this.#options.isDecided !== undefined) {
      decided = this.#result(this.#acceptance())
      if (this.#options.isDecided(decided)) return decided
    }
    const prior = new LazyPriorFindings(this.#options.earlier ?? [], this.found)
    return thenSync(new WaveRun(this, prior).run(wave, this.#exemption()), ended => {
      if (ended !== undefined || this.scope.ended) return this.#result(ended)
      // The very result that was judged already, so that the policy need not run again.
      return decided !== undefined && this.found.length === before ? decided : this.from(index + 1)
    })
  }

  #exemption(): Exemption {
    if (this.#options.isAllowed || this.#acceptance() !== undefined) return 'all'
    return exemptionAt(this.scope.stage, this.scope.view as Transaction)
  }

  #acceptance(): Finding | undefined {
    for (const [, findings] of this.found)
      for (const finding of findings)
        if (finding.verdict === 'accept' && finding.recipients === undefined) return finding
    return undefined
  }

  #result(ended: Finding | undefined): Result {
    const findings = this.found.sort(([a], [b]) => a - b).flatMap(([, list]) => list)
    return ended === undefined ? { findings } : { findings, ended }
  }
}

const isLate = ([step]: readonly Step[]): boolean => step?.filter.order === 'late' || step?.filter.order === 'last'

/**
 * Few filters read the findings: they are collected only then. A class, because a literal with a getter costs a
 * hidden class.
 */
class LazyPriorFindings implements PriorFindings {
  readonly score: number
  readonly #earlier: readonly WithFindings[]
  readonly #found: Found

  constructor(earlier: readonly WithFindings[], found: Found) {
    this.score = scoreOf(earlier, found)
    this.#earlier = earlier
    this.#found = found
  }

  get findings(): readonly Finding[] {
    return [...this.#earlier.flatMap(({ findings }) => findings), ...this.#found.flatMap(([, list]) => list)]
  }
}

function scoreOf(earlier: readonly WithFindings[], found: Found): number {
  let score = 0
  for (const { findings } of earlier) for (const { points = 0 } of findings) score += points
  for (const [, findings] of found) for (const { points = 0 } of findings) score += points
  return roundScore(score)
}
