/** Work after a decision for which the dialogue does not wait, bounded in number. */
import type { Decision } from '../model/decision.ts'
import type { Filter } from '../model/filter.ts'
import type { Connection } from '../model/stage.ts'

/** A store that hangs must not gather work without end. */
const MAX_UNDER_WAY = 1_000

/**
 * Makes an `onDecision` that does `work` and waits for nothing. A failure is passed over: the same store or service
 * fails again, and is named, when a filter asks it.
 */
export function inBackground(
  work: (decision: Decision, context: Connection) => Promise<unknown>,
): NonNullable<Filter['onDecision']> {
  return withoutWaiting(work)
}

/** The same for any work. */
export function withoutWaiting<T extends readonly unknown[]>(
  work: (...args: T) => Promise<unknown>,
): (...args: T) => void {
  let underWay = 0
  const done = () => {
    underWay -= 1
  }
  return (...args) => {
    if (underWay >= MAX_UNDER_WAY) return
    underWay += 1
    work(...args).then(done, done)
  }
}
