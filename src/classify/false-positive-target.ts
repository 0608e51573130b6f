/** The false positive target of a classifier, and its check. */
import { whole } from '../model/checks.ts'
import { check, schemaOf } from '../model/options.ts'

/** What a classifier has to achieve before its points are full. */
export interface FalsePositiveTarget {
  /** The share of honest mail that may be judged as spam, from 0.0005 to 0.1. @default 0.005 */
  readonly falsePositives?: number
  /** The number of examples of each kind that full points need at least. @default 100 */
  readonly minExamples?: number
}

/** A lower share would need more honest messages than the classifier keeps. */
const MIN = 0.0005
const MAX = 0.1

/** Tells whether a value is a share that can be a target. */
export const isFalsePositiveShare = (found: unknown): found is number =>
  typeof found === 'number' && found >= MIN && found <= MAX

export const falsePositiveSchema = schemaOf<FalsePositiveTarget>('newClassifier', {
  falsePositives: check('a share from 0.05 % to 10 %; write it like 0.005', isFalsePositiveShare),
  minExamples: whole({ min: 1 }),
})
