/** Work after a decision for which the dialogue does not wait, bounded in number. */

/** A store that hangs must not gather work without end. */
const MAX_UNDER_WAY = 1_000

/**
 * Makes a function, such as an `onDecision`, that does `work` and waits for nothing. A failure is passed over: the same
 * store or service fails again, and is named, when a filter asks it.
 */
export function inBackground<T extends readonly unknown[]>(
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
