/** Long work in steps that do not block the event loop: a generator yields where the work may be interrupted. */

/** Work that yields between steps and returns its result at the end. */
export type Steps<T> = Generator<void, T>

/** How many items are processed between two steps: a millisecond or two of work. */
export const STEP = 1_024

/** Runs all steps at once. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The longest time without a turn of the event loop. */
const TURN_MS = 2

/** Runs the steps and lets the event loop turn between them. */
export async function runStepsInTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const until = performance.now() + TURN_MS
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (performance.now() < until)
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** Sorts as Array.prototype.sort does: sorted runs are merged in pairs. */
export function* sortedInSteps<T>(items: readonly T[], compare: (a: T, b: T) => number): Steps<readonly T[]> {
  let runs: (readonly T[])[] = []
  for (let from = 0; from < items.length; from += STEP) {
    runs.push(items.slice(from, from + STEP).sort(compare))
    yield
  }
  while (runs.length > 1) {
    const longer: (readonly T[])[] = []
    for (let index = 0; index < runs.length; index += 2)
      longer.push(yield* merged(runs[index] ?? [], runs[index + 1] ?? [], compare))
    runs = longer
  }
  return runs[0] ?? []
}

function* merged<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): Steps<readonly T[]> {
  const all: T[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i] as T, b[j] as T]
    if (compare(left, right) <= 0) {
      all.push(left)
      i += 1
    } else {
      all.push(right)
      j += 1
    }
    if (all.length % STEP === 0) yield
  }
  for (; i < a.length; i += 1) all.push(a[i] as T)
  for (; j < b.length; j += 1) all.push(b[j] as T)
  return all
}
