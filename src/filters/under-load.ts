/** All of load control in one word: who comes in, who is shut out, and what is spared. */
import { PosternError } from '../core/errors.ts'
import type { Filter } from '../core/filter.ts'
import { wrongFilters } from '../core/filter-check.ts'
import { check, problemsOf, required, schemaOf } from '../core/options.ts'
import { type AdmissionOptions, admission, admissionSchema } from './admission.ts'
import { type CondemnedOptions, condemned, condemnedSchema } from './condemned.ts'
import { type SparingOptions, sparing, sparingShape } from './sparing.ts'

export interface UnderLoadOptions extends SparingOptions {
  /** The filters that are always asked. */
  readonly filters: readonly (Filter | readonly Filter[])[]
  /** Those that are spared by degrees while the load is high: scanners, models. @default [] */
  readonly dear?: readonly (Filter | readonly Filter[])[]
  /** How many come in. @default as admission says */
  readonly admission?: AdmissionOptions
  /** Who is shut out for a while. @default as condemned says */
  readonly condemned?: CondemnedOptions
}

const filterList = check<UnderLoadOptions['filters']>(
  'an array of filters; write filters: [] with filters in it',
  Array.isArray,
)
const schema = schemaOf<UnderLoadOptions>('underLoad', {
  ...sparingShape,
  filters: required(filterList),
  dear: filterList,
  admission: admissionSchema.check,
  condemned: condemnedSchema.check,
})

/**
 * Your filters with load control around them.
 *
 * @throws PosternError when an option makes no sense
 * @example
 * postern({ filters: underLoad({ filters: recommended({ domains }), dear: [clamav()] }) })
 */
export function underLoad(options: UnderLoadOptions): readonly Filter[] {
  const problems = problemsOf(schema, options)
  const lists = (['filters', 'dear'] as const).flatMap(key =>
    Array.isArray(options?.[key]) ? wrongFilters(options[key], `underLoad.${key}`) : [],
  )
  if (problems.length + lists.length > 0) throw new PosternError([...problems, ...lists])
  const { filters, dear = [], admission: door = {}, condemned: shut = {}, ...degrees } = options
  return [condemned(shut), admission(door), ...filters.flat(), ...sparing(dear, degrees)]
}
