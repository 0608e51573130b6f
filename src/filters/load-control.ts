/** All of load control in one word: who comes in, who is shut out, and what is spared. */
import { PosternError } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import { wrongFilters } from '../model/filter-check.ts'
import { check, problemsOf, required, schemaOf } from '../model/options.ts'
import { type AdmissionOptions, admission, admissionSchema } from './admission/admission.ts'
import { type LoadSheddingOptions, loadShedding, loadSheddingShape } from './load-shedding.ts'
import {
  type RecentlyRefusedOptions,
  recentlyRefused,
  recentlyRefusedSchema,
} from './recently-refused/recently-refused.ts'

export interface LoadControlOptions extends LoadSheddingOptions {
  /** The filters that are always asked. */
  readonly filters: readonly (Filter | readonly Filter[])[]
  /** Those that are spared by degrees while the load is high: scanners, models. @default [] */
  readonly expensive?: readonly (Filter | readonly Filter[])[]
  /** How many come in. @default as admission says */
  readonly admission?: AdmissionOptions
  /** Who is shut out for a while. @default as recentlyRefused says */
  readonly recentlyRefused?: RecentlyRefusedOptions
}

const filterList = check<LoadControlOptions['filters']>(
  'an array of filters; write filters: [] with filters in it',
  Array.isArray,
)
const schema = schemaOf<LoadControlOptions>('loadControl', {
  ...loadSheddingShape,
  filters: required(filterList),
  expensive: filterList,
  admission: admissionSchema.check,
  recentlyRefused: recentlyRefusedSchema.check,
})

/**
 * Your filters with load control around them.
 *
 * @throws PosternError when an option makes no sense
 * @example
 * postern({ filters: loadControl({ filters: recommended({ domains }), expensive: [clamav()] }) })
 */
export function loadControl(options: LoadControlOptions): readonly Filter[] {
  const problems = problemsOf(schema, options)
  const lists = (['filters', 'expensive'] as const).flatMap(key =>
    Array.isArray(options?.[key]) ? wrongFilters(options[key], `loadControl.${key}`) : [],
  )
  if (problems.length + lists.length > 0) throw new PosternError([...problems, ...lists])
  const { filters, expensive = [], admission: door = {}, recentlyRefused: shut = {}, ...degrees } = options
  return [recentlyRefused(shut), admission(door), ...filters.flat(), ...loadShedding(expensive, degrees)]
}
