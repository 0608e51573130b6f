/** Runs checks: some at once, each with a deadline. */
import { errorText } from '../model/errors.ts'
import { type Clock, systemClock } from '../model/services.ts'
import type { CheckResult } from './types.ts'

/** One thing to be found out. */
export interface Check {
  /** Names it: the results begin with it. */
  readonly name: string
  /** What should be there, for the case that it cannot be found out. */
  readonly expected: string
  /** @returns one result for each thing that it looks at */
  readonly run: (signal: AbortSignal) => Promise<readonly CheckResult[]> | readonly CheckResult[]
}

export interface RunOptions {
  /** Milliseconds for one check. @default 15_000 */
  readonly timeout?: number
  /** Checks that run at once. @default 8 */
  readonly concurrency?: number
  readonly clock?: Clock
}

/** Never rejects: a check that fails or takes too long is unknown. Results are in the order of the checks. */
export async function runChecks(
  checks: readonly Check[],
  { timeout = 15_000, concurrency = 8, clock = systemClock }: RunOptions = {},
): Promise<readonly CheckResult[]> {
  const results: (readonly CheckResult[])[] = checks.map(() => [])
  const rest = checks.entries()
  const worker = async (): Promise<void> => {
    for (const [index, check] of rest) results[index] = await runOne(check, timeout, clock)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, checks.length) }, worker))
  return results.flat()
}

async function runOne(check: Check, timeout: number, clock: Clock): Promise<readonly CheckResult[]> {
  const { name, expected } = check
  const over = new AbortController()
  const late = Promise.withResolvers<readonly CheckResult[]>()
  const cancel = clock.after(timeout, () => {
    over.abort()
    late.resolve([{ name, status: 'unknown', found: `no answer within ${timeout / 1000} s`, expected }])
  })
  try {
    return await Promise.race([check.run(over.signal), late.promise])
  } catch (error) {
    return [{ name, status: 'unknown', found: `it could not be found out: ${errorText(error)}`, expected }]
  } finally {
    cancel()
    over.abort()
  }
}
