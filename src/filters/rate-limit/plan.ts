/** Limits checked and made ready to be charged. */
import { PosternError, type Problem } from '../../core/errors.ts'
import { toMilliseconds, toOctets } from '../../core/units.ts'
import type { LimiterSpec } from '../../store/limiter.ts'
import { type Charges, chargeable, charges, type Limit, type Prefixes } from './limit.ts'

/** A limit, ready. */
export interface Plan {
  readonly what: Limit['what']
  /** As it was written. */
  readonly within: string
  readonly spec: LimiterSpec
  readonly charges: Charges
}

/** @throws PosternError naming every mistake in every limit. */
export function plansOf(limits: readonly Limit[], prefixes: Prefixes): readonly Plan[] {
  const problems = prefixProblems(prefixes)
  const plans = limits.flatMap((limit, index) => {
    const path = `limits[${index}]`
    const before = problems.length
    checkKind(limit, path, problems)
    const size = limit.what === 'bytes'
    const points = number(() => (size ? toOctets(limit.limit, `${path}.limit`) : limit.limit), problems)
    const time = number(() => toMilliseconds(limit.within, `${path}.within`), problems)
    if (points !== undefined && !(Number.isSafeInteger(points) && points >= 1))
      problems.push({
        path: `${path}.limit`,
        found: limit.limit,
        expected: 'a whole number from 1',
        remedy: 'correct it',
      })
    if (time === 0)
      problems.push({
        path: `${path}.within`,
        found: limit.within,
        expected: 'more than no time',
        remedy: "write '1m'",
      })
    if (problems.length > before || points === undefined || time === undefined) return []
    const within = typeof limit.within === 'number' ? `${limit.within}ms` : limit.within
    const per = typeof limit.per === 'function' ? `${index}` : limit.per
    const keyPrefix = limit.name ?? `${limit.what}-per-${per}-within-${within}`
    const spec: LimiterSpec = { keyPrefix, points, duration: time / 1000 }
    return [{ what: limit.what, within, spec, charges: charges(limit, prefixes) }]
  })
  for (const [index, { spec }] of plans.entries())
    if (plans.findIndex(other => other.spec.keyPrefix === spec.keyPrefix) < index)
      problems.push({
        path: 'limits',
        found: spec.keyPrefix,
        expected: 'a different name for each limit',
        remedy: 'give one of them another name, or leave it out',
      })
  if (problems.length > 0) throw new PosternError(problems)
  return plans
}

const prefixProblems = ({ v4 = 24, v6 = 64 }: Prefixes): Problem[] =>
  [
    { path: 'networks.v4', found: v4, most: 32 },
    { path: 'networks.v6', found: v6, most: 128 },
  ].flatMap(({ path, found, most }) =>
    Number.isInteger(found) && found >= 0 && found <= most
      ? []
      : [{ path, found, expected: `a prefix length from 0 to ${most}`, remedy: 'correct it or leave it out' }],
  )

function checkKind({ what, per }: Limit, path: string, problems: Problem[]): void {
  const choices = Object.hasOwn(chargeable, what) ? chargeable[what] : undefined
  const kinds = Object.keys(chargeable).join(', ')
  if (!choices) problems.push({ path: `${path}.what`, found: what, expected: `one of ${kinds}`, remedy: 'correct it' })
  else if (typeof per !== 'function' && !choices.includes(per))
    problems.push({
      path: `${path}.per`,
      found: per,
      expected: `${choices.join(', ')} or a function`,
      remedy: `charge ${what} to what is known when they are counted`,
    })
}

function number(read: () => number, problems: Problem[]): number | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    problems.push(...error.problems)
    return undefined
  }
}
