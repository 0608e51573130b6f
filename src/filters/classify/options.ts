/** The options of `classify`, checked. */
import { falsePositiveShare } from '../../classify/false-positive-target.ts'
import { callback, duration, flag, having, score, text, whole } from '../../model/checks.ts'
import { check, checked as checkedBy, schemaOf } from '../../model/options.ts'
import { toMilliseconds } from '../../model/units.ts'
import type { ClassifyOptions } from './classify.ts'

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
