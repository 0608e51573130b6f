/** The options of `classify`, checked. */
import { falsePositiveShare } from '../../classify/promise.ts'
import { callback, duration, flag, having, score, text, whole } from '../../core/checks.ts'
import { check, checked as checkedBy, schemaOf } from '../../core/options.ts'
import { toMilliseconds } from '../../core/units.ts'
import type { ClassifyOptions } from '../classify.ts'

export interface Checked {
  readonly keep: number
  readonly stale: number
  readonly falsePositives: number
}

/** Below the policy's usual threshold for `reject`. */
const MOST_POINTS = 12

const points = () => score({ min: 0, max: MOST_POINTS })

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
  keep: duration({ min: '1s' }),
  stale: duration({ min: '1h' }),
  shared: flag(),
  classifier: having('a classifier, as newClassifier() makes it', 'fade', 'merge'),
})

/** @throws PosternError with all that is wrong */
export function checked(options: ClassifyOptions): Checked {
  const { falsePositives = '0.5%', keep = '7d', stale = '90d' } = checkedBy(schema, options)
  return {
    keep: toMilliseconds(keep),
    stale: toMilliseconds(stale),
    falsePositives: typeof falsePositives === 'number' ? falsePositives : percentage(falsePositives),
  }
}

const percentage = (text: string): number =>
  /^\d{1,2}(?:\.\d{1,6})?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : Number.NaN
