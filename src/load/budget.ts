/** One budget for work that waits for something slow: the scanner, the threads that read parts, the disk. */
import type { LoadMeter } from '../model/load.ts'

/** What the budget needs of a load meter. */
export type Budget = Pick<LoadMeter, 'hasBudget' | 'adjust'>

/**
 * Counts work while it lasts.
 *
 * @param load without it the work has only its own bound
 * @param share of the bound of this kind of work
 * @param refused the result where the load is red and there is too much work of all kinds
 */
export async function withinBudget<T>(
  load: Budget | undefined,
  share: number,
  work: () => Promise<T>,
  refused: () => T,
): Promise<T> {
  if (load === undefined) return await work()
  if (!load.hasBudget(share)) return refused()
  load.adjust('work', share)
  try {
    return await work()
  } finally {
    load.adjust('work', -share)
  }
}

/** For the operator. */
export const OVER_BUDGET =
  'the load is red, and the scanner, parse threads and temporary files have as much work together as one may have'
