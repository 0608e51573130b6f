/** Starts work at a rate, and measures from when it was due. */
import { setTimeout as sleep } from 'node:timers/promises'

/** How long each took, in milliseconds, and why others failed. */
export interface Flow {
  readonly ms: readonly number[]
  readonly failures: Readonly<Record<string, number>>
}

/**
 * Starts `one` at a rate for some seconds, whether or not earlier ones have ended.
 *
 * @param one gets when it was due, and says how many milliseconds it took, or why it failed
 */
export async function flow(
  rate: number,
  seconds: number,
  one: (due: number) => Promise<number | string>,
): Promise<Flow> {
  const ms: number[] = []
  const failures: Record<string, number> = {}
  const running: Promise<void>[] = []
  const run = async (due: number) => {
    const took = await one(due).catch((error: Error) => String(error.cause ?? error))
    if (typeof took === 'number') ms.push(took)
    else failures[took] = (failures[took] ?? 0) + 1
  }
  const start = performance.now()
  for (let number = 0; number < rate * seconds; number += 1) {
    const due = start + (number * 1_000) / rate
    const wait = due - performance.now()
    if (wait > 1) await sleep(wait)
    running.push(run(due))
  }
  await Promise.all(running)
  return { ms, failures }
}
