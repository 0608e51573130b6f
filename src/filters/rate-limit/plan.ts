/** Checks limits, and prepares them to be charged. */
import { duration, oneOf, size, text, whole } from '../../model/checks.ts'
import { PosternError, type Problem } from '../../model/errors.ts'
import {
  type AnyCheck,
  type Check,
  check,
  either,
  isRecord,
  object,
  required,
  type Shape,
} from '../../model/options.ts'
import { toBytes, toMilliseconds } from '../../model/units.ts'
import type { LimiterSpec } from '../../store/limiter.ts'
import { type Charges, chargeable, charges, type Limit, type Prefixes } from './limit.ts'

/** A prepared limit. */
export interface Plan {
  readonly what: Limit['what']
  /** As it was written. */
  readonly within: string
  readonly spec: LimiterSpec
  readonly charges: Charges
}

/** The options of each kind of limit: bytes are limited by a size, all others by a number. */
const shapeOf = (what: Limit['what']): AnyCheck => {
  const choices = chargeable[what]
  return object<Record<keyof Limit, unknown>>(
    {
      what: required(oneOf(...(Object.keys(chargeable) as readonly Limit['what'][])) as AnyCheck as Check<unknown>),
      per: required(
        check<unknown>(
          `${choices.join(', ')} or a function; charge ${what} to a key that is known when they are counted`,
          per => typeof per === 'function' || choices.includes(String(per)),
        ),
      ),
      limit: required((what === 'bytes' ? size({ min: 1 }) : whole({ min: 1 })) as AnyCheck as Check<unknown>),
      within: required(duration({ min: '1s' }) as AnyCheck as Check<unknown>),
      name: text('a name', { max: 200 }) as AnyCheck as Check<unknown>,
    } as Readonly<Record<string, AnyCheck>> as Shape<Record<keyof Limit, unknown>>,
    'a limit',
  )
}

/** @internal */
export const limitCheck = either<Limit>('a limit: { what, per, limit, within }', found => {
  const what = isRecord(found) && Object.hasOwn(chargeable, String(found.what)) ? found.what : 'connections'
  return shapeOf(what as Limit['what'])
})

/** @throws PosternError when two limits have one name */
export function plansOf(limits: readonly Limit[], prefixes: Prefixes): readonly Plan[] {
  const problems: Problem[] = []
  const plans = limits.map((limit, index): Plan => {
    const points = limit.what === 'bytes' ? toBytes(limit.limit) : limit.limit
    const within = typeof limit.within === 'number' ? `${limit.within}ms` : limit.within
    const per = typeof limit.per === 'function' ? `${index}` : limit.per
    const keyPrefix = limit.name ?? `${limit.what}-per-${per}-within-${within}`
    const spec: LimiterSpec = { keyPrefix, points, duration: toMilliseconds(limit.within) / 1000 }
    return { what: limit.what, within, spec, charges: charges(limit, prefixes) }
  })
  for (const [index, { spec }] of plans.entries())
    if (plans.findIndex(other => other.spec.keyPrefix === spec.keyPrefix) < index)
      problems.push({
        path: `rateLimit.limits[${index}].name`,
        found: spec.keyPrefix,
        expected: 'a different name for each limit',
        remedy: 'give one of them another name, or leave it out',
      })
  if (problems.length > 0) throw new PosternError(problems)
  return plans
}
