/** What a classifier may be asked to promise. */
import type { Problem } from '../core/errors.ts'

export interface PromiseOptions {
  /** The share of honest mail that may be called spam. @default 0.005 */
  readonly falsePositives?: number
  /** Lessons of each kind below which it says nothing. @default 100 */
  readonly enough?: number
}

/** Below it, all honest mail that is remembered would not be enough. */
const LEAST = 0.0005
const MOST = 0.1

/** @param found what was written for `falsePositives`, where that was no number */
export function* promiseProblems(
  { falsePositives = 0.005, enough = 100 }: PromiseOptions,
  found: unknown = falsePositives,
): Generator<Problem> {
  if (!(falsePositives >= LEAST && falsePositives <= MOST))
    yield {
      path: 'falsePositives',
      found,
      expected: 'a share from 0.05 % to 10 %',
      remedy: "write it like '0.5%' for the filter, 0.005 for a classifier",
    }
  if (!Number.isSafeInteger(enough) || enough < 1)
    yield { path: 'enough', found: enough, expected: 'a whole number from 1', remedy: 'correct enough' }
}
