/** Runs the filters of one stage: in waves, together, each with a deadline, until one refuses. */
import { isFinal } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import type { Filter, PriorFindings } from '../model/filter.ts'
import { defer, type Finding, type Findings } from '../model/finding.ts'
import type { Clock } from '../model/services.ts'
import type { Connection, Stage, Transaction } from '../model/stage.ts'
import { type Exemption, exemptionAt, isExempt } from './exempt.ts'
import { malformed } from './malformed.ts'
import { contextWith, SCOPE_ENDED, type Scope } from './scope.ts'

/** One filter at one stage, ready to run. */
export interface Step {
  readonly filter: Filter
  /** The place in the order of filters, by which findings are listed. */
  readonly index: number
  readonly deadline: number
  readonly examine: (context: Connection, sofar: PriorFindings) => Findings | Promise<Findings>
}

/** The waves of a stage, in order. An empty wave is left out. */
export type Plan = readonly (readonly Step[])[]

/** What a stage has found. */
export interface Result {
  /** In filter order, whatever the order of arrival. */
  readonly findings: readonly Finding[]
  /** The certain finding that ended the stage; of a stage that was not ended, the first that accepts. */
  readonly ended?: Finding
}

/** Sorts filters into the waves of a stage. */
export function plan(filters: readonly Filter[], stage: Stage, deadline: (filter: Filter) => number): Plan {
  const steps = filters.flatMap((filter, index): Step[] => {
    const examine = filter[stage] as Step['examine'] | undefined
    // Called on the filter, so that a rule may be written as a method.
    return examine === undefined
      ? []
      : [
          {
            filter,
            index,
            deadline: deadline(filter),
            examine: (context, sofar) => examine.call(filter, context, sofar),
          },
        ]
  })
  return [
    steps.filter(({ filter }) => filter.order === 'early'),
    steps.filter(({ filter }) => filter.order === undefined),
    steps.filter(({ filter }) => filter.order === 'late'),
  ].filter(wave => wave.length > 0)
}

/** Milliseconds by filter name, added up over a session. */
export type FilterTimings = Map<string, number>

const nothing: Result = { findings: [] }

/**
 * Never rejects: a filter that throws, rejects or does not settle is a finding. A promise only where a filter makes one:
 * most stages have none, and then three of them would cost more than all else here.
 */
export function run(
  waves: Plan,
  scope: Scope,
  clock: Clock,
  spent: FilterTimings,
  { earlier = [], transform, isDecided, isAllowed = false }: RunOptions = {},
): Result | Promise<Result> {
  if (waves.length === 0) return nothing
  const found: Found = []
  const exemptHere = exemptionAt(scope.stage, scope.context as Transaction)
  const exemption = (): Exemption => (isAllowed || acceptOf(found) !== undefined ? 'all' : exemptHere)
  const from = (index: number): Result | Promise<Result> => {
    const wave = waves[index]
    if (wave === undefined) return resultOf(found, acceptOf(found))
    // What the points so far have decided needs no scanner.
    if (index > 0 && isLate(wave) && isDecided?.(resultOf(found, undefined).findings))
      return resultOf(found, acceptOf(found))
    const sofar = new LazyPriorFindings(earlier, found)
    const next = (ended: Finding | undefined): Result | Promise<Result> =>
      ended !== undefined || scope.ended ? resultOf(found, ended) : from(index + 1)
    const ended = runWave(wave, {
      scope,
      clock,
      timings: spent,
      found,
      prior: sofar,
      transform,
      exemption: exemption(),
    })
    return ended instanceof Promise ? ended.then(next) : next(ended)
  }
  return from(0)
}

function acceptOf(found: Found): Finding | undefined {
  for (const [, findings] of found) for (const finding of findings) if (finding.verdict === 'accept') return finding
  return undefined
}

function resultOf(found: Found, ended: Finding | undefined): Result {
  const findings = found.sort(([a], [b]) => a - b).flatMap(([, list]) => list)
  return ended === undefined ? { findings } : { findings, ended }
}

export interface RunOptions {
  /** What was found at the stages before. */
  readonly earlier?: readonly { readonly findings: readonly Finding[] }[]
  readonly transform?: FindingTransform | undefined
  /** An earlier stage has allowed the sender. @default false */
  readonly isAllowed?: boolean
  /** Whether these findings of this stage decide, so that no `late` filter need start. @default never */
  readonly isDecided?: (findings: readonly Finding[]) => boolean
}

const isLate = (wave: readonly Step[]): boolean => wave[0]?.filter.order === 'late'

/** Changes a finding, or drops it. */
export type FindingTransform = (finding: Finding) => Finding | undefined

type Found = (readonly [index: number, findings: readonly Finding[]])[]

/** Nothing that is found later can change these. */
const endsStage = ({ verdict }: Finding): boolean => verdict !== undefined && isFinal(verdict)

interface Wave {
  readonly scope: Scope
  readonly clock: Clock
  readonly timings: FilterTimings
  readonly found: Found
  readonly prior: PriorFindings
  readonly transform: FindingTransform | undefined
  readonly exemption: Exemption
}

function runWave(
  wave: readonly Step[],
  { scope, clock, timings, found, prior, transform, exemption }: Wave,
): Finding | undefined | Promise<Finding | undefined> {
  const answers = untilLate(scope)
  let waiting: Map<Step, () => void> | undefined
  let ended: Finding | undefined
  let over = false
  let finish: (() => void) | undefined
  let now = clock.monotonic()

  const settle = (step: Step, since: number, findings: Findings): void => {
    const name = step.filter.name
    now = clock.monotonic()
    timings.set(name, (timings.get(name) ?? 0) + now - since)
    if (over) return
    const list = understood(step.filter, findings, transform)
    if (list.length > 0) found.push([step.index, list])
    // A quarantined message is received all the same: what would refuse it, malware above all, is still looked for.
    ended ??= list.find(endsStage)
    waiting?.get(step)?.()
    waiting?.delete(step)
    if (ended !== undefined || waiting?.size === 0) finish?.()
  }
  const wait = (step: Step, since: number, findings: Promise<Findings>): void => {
    waiting ??= new Map()
    waiting.set(
      step,
      clock.after(step.deadline, () => settle(step, since, late(step))),
    )
    findings.then(
      list => waiting?.has(step) && settle(step, since, list),
      error => waiting?.has(step) && settle(step, since, failed(step.filter, error)),
    )
    now = clock.monotonic()
  }

  for (const step of wave) {
    if (exemption !== 'none' && isExempt(step.filter, exemption)) continue
    // Where one filter ends the next begins: the clock is read once for each.
    const since = now
    try {
      const findings = step.examine(answers.context, prior)
      if (isPromise(findings)) wait(step, since, findings)
      else settle(step, since, findings)
    } catch (error) {
      settle(step, since, failed(step.filter, error))
    }
    if (ended !== undefined) break
  }

  const finished = (): Finding | undefined => {
    over = true
    for (const cancel of waiting?.values() ?? []) cancel()
    waiting?.clear()
    answers.close()
    return ended
  }
  if (waiting === undefined || waiting.size === 0 || ended !== undefined || scope.ended) return finished()
  return new Promise<void>(resolve => {
    finish = resolve
    scope.context.signal.addEventListener('abort', () => resolve(), { once: true })
  }).then(finished)
}

/** What the filters of one wave see: the scope's context, with a signal that aborts when their answers are late. */
function untilLate(scope: Scope): { readonly context: Connection; close(): void } {
  let controller: AbortController | undefined
  let over = false
  const signal = () => {
    if (controller === undefined) {
      controller = new AbortController()
      if (over) controller.abort(SCOPE_ENDED)
    }
    return controller.signal
  }
  return {
    context: contextWith(scope.context, undefined, signal),
    close: () => {
      over = true
      controller?.abort(SCOPE_ENDED)
    },
  }
}

/** Few filters ask for the findings: they are put together only then. A class: a literal with a getter costs a hidden class. */
class LazyPriorFindings implements PriorFindings {
  readonly score: number
  readonly #levels: readonly { readonly findings: readonly Finding[] }[]
  readonly #found: Found

  constructor(levels: readonly { readonly findings: readonly Finding[] }[], found: Found) {
    this.score = scoreOf(levels, found)
    this.#levels = levels
    this.#found = found
  }

  get findings(): readonly Finding[] {
    return [...this.#levels.flatMap(({ findings }) => findings), ...this.#found.flatMap(([, list]) => list)]
  }
}

/** Sums of tenths are not exact, and are compared with what an operator has written down. */
function scoreOf(levels: readonly { readonly findings: readonly Finding[] }[], found: Found): number {
  let score = 0
  for (const { findings } of levels) for (const { points = 0 } of findings) score += points
  for (const [, findings] of found) for (const { points = 0 } of findings) score += points
  return Math.round(score * 1000) / 1000
}

/**
 * Findings with the name of their filter in front of their rule. One that is malformed is a failure of its filter, and those
 * beside it still count. Never throws.
 */
function understood(filter: Filter, findings: Findings, adjust: FindingTransform | undefined): readonly Finding[] {
  if (isNothing(findings)) return []
  const list: Finding[] = []
  let problem: string | undefined
  const add = (finding: unknown): void => {
    if (isNothing(finding)) return
    const wrong = malformed(finding)
    problem ??= wrong
    if (wrong === undefined) list.push(named(filter, finding as Finding))
  }
  try {
    if (Array.isArray(findings)) for (const finding of findings) add(finding)
    else add(findings)
    if (problem !== undefined) list.push(named(filter, failed(filter, problem)))
    return adjust === undefined ? list : list.flatMap(finding => adjusted(filter, finding, adjust))
  } catch (error) {
    return [...list, named(filter, failed(filter, error))]
  }
}

/** NaN is falsy too, but comes from a sum that went wrong. */
const isNothing = (value: unknown): boolean => !value && !Number.isNaN(value)

function adjusted(filter: Filter, finding: Finding, adjust: FindingTransform): readonly Finding[] {
  const changed = adjust(finding)
  if (changed === undefined) return []
  const problem = malformed(changed)
  return problem === undefined ? [changed] : [finding, named(filter, failed(filter, problem))]
}

const named = ({ name }: Filter, finding: Finding): Finding => ({
  ...finding,
  rule: finding.rule === undefined ? name : `${name}/${finding.rule}`,
})

const isPromise = (value: Findings | Promise<Findings>): value is Promise<Findings> =>
  typeof value === 'object' && value !== null && 'then' in value

const MAX_REASON_LENGTH = 300

const failed = (filter: Filter, error: unknown): Finding =>
  consequence(filter, 'failed', `${filter.name} failed: ${errorText(error).slice(0, MAX_REASON_LENGTH)}`)

const late = ({ filter, deadline }: Step): Finding =>
  consequence(filter, 'timeout', `${filter.name} did not answer within ${deadline} ms`)

const consequence = (filter: Filter, rule: string, reason: string): Finding =>
  filter.failure === 'defer' ? defer('4.3.0', reason, { rule }) : { rule, reason }
