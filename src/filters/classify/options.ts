/** The options of `classify`, checked. */
import { promiseProblems } from '../../classify/promise.ts'
import { PosternError, type Problem } from '../../core/errors.ts'
import { toMilliseconds } from '../../core/units.ts'
import type { ClassifyOptions } from '../classify.ts'

export interface Checked {
  readonly keep: number
  readonly stale: number
  readonly falsePositives: number
}

/** @throws PosternError with all that is wrong, but for the durations */
export function checked({
  falsePositives = '0.5%',
  enough = 100,
  keep = '7d',
  stale = '90d',
  ...rest
}: ClassifyOptions): Checked {
  const rate = typeof falsePositives === 'number' ? falsePositives : percentage(falsePositives)
  const problems: Problem[] = [...promiseProblems({ falsePositives: rate, enough }, falsePositives)]
  for (const path of ['spam', 'ham', 'known'] as const) {
    const { [path]: found = 0 } = rest
    if (!(found >= 0 && found <= MOST_POINTS))
      problems.push({
        path,
        found,
        expected: `points from 0 to ${MOST_POINTS}`,
        remedy: `correct ${path}: a classifier alone is no reason to refuse`,
      })
  }
  if (problems.length > 0) throw new PosternError(problems)
  return { keep: toMilliseconds(keep, 'keep'), stale: toMilliseconds(stale, 'stale'), falsePositives: rate }
}

/** Below the policy's usual threshold for `reject`. */
const MOST_POINTS = 12

const percentage = (text: string): number =>
  /^\d{1,2}(?:\.\d{1,6})?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : NaN
