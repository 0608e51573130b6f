/** Writes results of a check: name and expectation once, then what was found. */
import type { Answer } from '../model/resolver.ts'
import type { CheckResult, CheckStatus } from './types.ts'

/** Results of one thing that is looked at. */
export interface Verdicts {
  readonly ok: (found: string, advice?: string) => CheckResult
  readonly warning: (found: string, remedy: string) => CheckResult
  readonly failed: (found: string, remedy: string) => CheckResult
  readonly unknown: (found: string, remedy?: string) => CheckResult
}

export function verdicts(name: string, expected: string): Verdicts {
  const write =
    (status: CheckStatus) =>
    (found: string, remedy?: string): CheckResult => ({
      ...{ name, status, found, expected },
      ...(remedy !== undefined && { remedy }),
    })
  return { ok: write('ok'), warning: write('warning'), failed: write('failed'), unknown: write('unknown') }
}

/** Why DNS does not say. */
export const dnsFailure = ({ cause, detail }: Extract<Answer<unknown>, { kind: 'failure' }>): string =>
  `DNS gives no answer (${cause}: ${detail})`

/** The records; none where there is none; undefined where DNS does not say. */
export function recordsOf<R>(answer: Answer<R>): readonly R[] | undefined {
  if (answer.kind === 'answer') return answer.records
  return answer.kind === 'failure' ? undefined : []
}
