/** Combines what other filters have found: evidence that is weak alone and strong together. */

import { malformed } from '../../engine/malformed.ts'
import { PosternError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import type { Finding } from '../../model/finding.ts'
import { type ConditionOf, holds, isCondition } from './condition.ts'

/**
 * Reports `finding` at the message stage when the condition holds for the earlier findings: those of earlier stages,
 * and those of the filters of this stage that are not `late`.
 *
 * @throws PosternError when the condition or the finding is malformed
 */
export function composite(name: string, when: ConditionOf<string>, finding: Finding): Filter {
  const wrong = malformed(finding)
  const expected = 'a condition, as all(), any(), atLeast(), not() and rule() make it'
  const problems = [
    ...(isCondition(when) ? [] : [{ path: 'composite.when', found: when, expected, remedy: 'make it of those' }]),
    ...(wrong === undefined
      ? []
      : [{ path: 'composite.finding', found: finding, expected: 'a finding', remedy: wrong }]),
  ]
  if (problems.length > 0) throw new PosternError(problems)
  return {
    name,
    order: 'late',
    message: (_message, { findings }) => {
      const found = new Set(findings.map(({ rule }) => rule ?? ''))
      return holds(when, found) && finding
    },
  }
}
