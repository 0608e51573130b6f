/** What a finding leads to: points, a verdict, or nothing. */
import { scoreOr } from '../../model/checks.ts'
import { type Finding, points, quarantine, type RefusalDetails, reject } from '../../model/finding.ts'
import type { Check } from '../../model/options.ts'

/** What a finding leads to: so many points, a verdict, or nothing (`'off'`, or 0 points). */
export type Consequence = number | 'reject' | 'quarantine' | 'off'

/** Checks an option that holds a consequence. */
export const consequence = (): Check<Consequence> => scoreOr('reject', 'quarantine', 'off')

/**
 * The finding that follows from a consequence; false if it leads to nothing.
 *
 * @param status the status of a refusal
 */
export function findingFor(
  consequence: Consequence,
  status: Parameters<typeof reject>[0],
  reason: string,
  details: RefusalDetails,
): Finding | false {
  const { replyText, close, ...rest } = details
  switch (consequence) {
    case 'reject':
      return reject(status, reason, details)
    case 'quarantine':
      return quarantine(reason, rest)
    case 'off':
    case 0:
      return false
    default:
      return points(consequence, reason, rest)
  }
}
