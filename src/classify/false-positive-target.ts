/** What a classifier may be asked to promise. */
import { whole } from '../model/checks.ts'
import { check, schemaOf } from '../model/options.ts'

export interface FalsePositiveTarget {
  /** The share of honest mail that may be called spam. @default 0.005 */
  readonly falsePositives?: number
  /** Lessons of each kind below which it says nothing. @default 100 */
  readonly enough?: number
}

/** Below it, all honest mail that is remembered would not be enough. */
const MIN = 0.0005
const MAX = 0.1

/** Whether it can be promised. */
export const falsePositiveShare = (found: unknown): found is number =>
  typeof found === 'number' && found >= MIN && found <= MAX

export const promiseSchema = schemaOf<FalsePositiveTarget>('newClassifier', {
  falsePositives: check('a share from 0.05 % to 10 %; write it like 0.005', falsePositiveShare),
  enough: whole({ min: 1 }),
})
