/** All of load control in one factory: admission, recently refused clients, and load shedding. */
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

/** What `loadControl` takes. */
export interface LoadControlOptions extends LoadSheddingOptions {
  /** The filters that always run. */
  readonly filters: readonly (Filter | readonly Filter[])[]
  /** Filters that are skipped or lead to a deferral while the load is high: scanners, models. @default [] */
  readonly expensive?: readonly (Filter | readonly Filter[])[]
  /** Options of `admission`. @default {} */
  readonly admission?: AdmissionOptions
  /** Options of `recentlyRefused`. @default {} */
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
 * Puts load control around your filters.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const filters = recommended({ domains: ['example.org'] })
 * postern({ filters: loadControl({ filters, expensive: [clamav()] }) })
 */
export function loadControl(options: LoadControlOptions): readonly Filter[] {
  const problems = problemsOf(schema, options)
  const lists = (['filters', 'expensive'] as const).flatMap(key =>
    Array.isArray(options?.[key]) ? wrongFilters(options[key], `loadControl.${key}`) : [],
  )
  if (problems.length + lists.length > 0) throw new PosternError([...problems, ...lists])
  const { filters, expensive = [], admission: limits = {}, recentlyRefused: cache = {}, ...shedding } = options
  return [recentlyRefused(cache), admission(limits), ...filters.flat(), ...loadShedding(expensive, shedding)]
}
