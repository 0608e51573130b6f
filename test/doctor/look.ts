/** Runs one check and returns what it has found, in short. */
import { type Check, runChecks } from '../../src/doctor/run.ts'

/** `status name: found`, one for each result. */
export async function look(check: Check): Promise<readonly string[]> {
  const results = await runChecks([check])
  for (const { status, remedy } of results)
    if ((status === 'warning' || status === 'failed') && !remedy) throw new Error('it does not say what to do')
  return results.map(({ status, name, found }) => `${status} ${name}: ${found}`)
}
