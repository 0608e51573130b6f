/** The options of `classify`, checked. */
import type { Classifier } from '../../classify/classifier.ts'
import { falsePositiveShare } from '../../classify/false-positive-target.ts'
import { callback, duration, flag, having, score, text, whole } from '../../model/checks.ts'
import { check, checked as checkedBy, schemaOf } from '../../model/options.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'

export interface ClassifyOptions {
  /** Where snapshots and checkpoints are kept. @default none: what is learned ends with the process */
  readonly folder?: string
  /** The share of honest mail that may be called spam. Until 1 / share honest messages are taught, nothing is said. @default '0.5%' */
  readonly falsePositives?: `${number}%` | number
  /** Lessons of each kind, below which nothing is said. @default 100 */
  readonly enough?: number
  /** The most points for what reads like spam. Keep it below the policy's threshold for `reject`. @default 6 */
  readonly spam?: number
  /** The points taken away for what reads like nothing but honest mail. @default 2 */
  readonly ham?: number
  /** The most points for mail of a proven author whom the site knows. @default 2 */
  readonly known?: number
  /** How far a reporter is trusted, from 0 (not heard) to 1. A lesson goes no further than that. @default 1, whoever it is */
  readonly reporter?: (by: string) => number
  /** How long feedback about a message is taken by its reference. @default '7d' */
  readonly featureTtl?: Duration
  /** After so long half of what no lesson has touched is forgotten. @default '90d' */
  readonly staleAfter?: Duration
  /** Shares lessons with other nodes through the gateway's store, which must be one for all. @default false */
  readonly shared?: boolean
  /** A classifier of your own, to export or to merge. `falsePositives` and `enough` are then its own. @default a new one */
  readonly classifier?: Classifier
}

export interface Checked {
  readonly keep: number
  readonly stale: number
  readonly falsePositives: number
}

/** Below the policy's usual threshold for `reject`. */
const MAX_POINTS = 12

const points = () => score({ min: 0, max: MAX_POINTS })

const schema = schemaOf<ClassifyOptions>('classify', {
  folder: text('the path of a folder'),
  falsePositives: check(`a share from 0.05 % to 10 %; write it like '0.5%'`, found => {
    const share = typeof found === 'string' ? percentage(found) : found
    return falsePositiveShare(share)
  }),
  enough: whole({ min: 1 }),
  spam: points(),
  ham: points(),
  known: points(),
  reporter: callback(),
  featureTtl: duration({ min: '1s' }),
  staleAfter: duration({ min: '1h' }),
  shared: flag(),
  classifier: having('a classifier, as newClassifier() makes it', 'fade', 'merge'),
})

/** @throws PosternError with all that is wrong */
export function checked(options: ClassifyOptions): Checked {
  const { falsePositives = '0.5%', featureTtl = '7d', staleAfter = '90d' } = checkedBy(schema, options)
  return {
    keep: toMilliseconds(featureTtl),
    stale: toMilliseconds(staleAfter),
    falsePositives: typeof falsePositives === 'number' ? falsePositives : percentage(falsePositives),
  }
}

const percentage = (text: string): number =>
  /^\d{1,2}(?:\.\d{1,6})?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : Number.NaN
