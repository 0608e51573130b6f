/** All of load control in one word: who comes in, who is shut out, and what is spared. */
import type { Filter } from '../core/filter.ts'
import { type AdmissionOptions, admission } from './admission.ts'
import { type CondemnedOptions, condemned } from './condemned.ts'
import { type SparingOptions, sparing } from './sparing.ts'

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

/**
 * Your filters with load control around them.
 *
 * @throws PosternError when an option makes no sense
 * @example
 * postern({ filters: underLoad({ filters: recommended({ domains }), dear: [clamav()] }) })
 */
export const underLoad = ({
  filters,
  dear = [],
  admission: door = {},
  condemned: shut = {},
  ...degrees
}: UnderLoadOptions): readonly Filter[] => [
  condemned(shut),
  admission(door),
  ...filters.flat(),
  ...sparing(dear, degrees),
]
