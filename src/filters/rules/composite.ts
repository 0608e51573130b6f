/** Combines what other filters have found: evidence that is weak alone and strong together. */

import { malformed } from '../../engine/malformed.ts'
import { PosternError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import type { Finding } from '../../model/finding.ts'
import { isRecord } from '../../model/options.ts'
import type { RuleId } from '../content/content-filters.ts'

/** A rule that was found, or an expression over rules. Make it with {@link all}, {@link any}, {@link not} and their kin. */
export type Condition =
  | RuleId
  | { readonly rule: string }
  | { readonly all: readonly Condition[] }
  | { readonly atLeast: number; readonly of: readonly Condition[] }
  | { readonly not: Condition }

/** Every one of them. */
export const all = (...conditions: readonly Condition[]): Condition => ({ all: conditions })

/** One of them or more. */
export const any = (...conditions: readonly Condition[]): Condition => ({ atLeast: 1, of: conditions })

/** So many of them or more. */
export const atLeast = (count: number, ...conditions: readonly Condition[]): Condition => ({
  atLeast: count,
  of: conditions,
})

export const not = (condition: Condition): Condition => ({ not: condition })

/** A rule of any filter: those of the content filters can be named without this, and are checked by the compiler. */
export const rule = (name: string): Condition => ({ rule: name })

/**
 * States `finding` at the message stage when the condition holds for what was found before: at earlier stages, and by the
 * filters of this one that are not `late`.
 *
 * @throws PosternError when the condition or the finding is none
 * @example
 * composite('invoice-from-listed', all(rule('dnsbl/listed'), any('attachments/macro', 'links/free-host')), points(4, 'listed, and brings a document that acts'))
 */
export function composite(name: string, when: Condition, finding: Finding): Filter {
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

const MAX_DEPTH = 32

/** Of bounded depth: a condition that holds itself would never be decided. */
function isCondition(when: unknown, depth = 0): when is Condition {
  if (typeof when === 'string') return when !== ''
  if (!isRecord(when) || depth > MAX_DEPTH) return false
  const below = (conditions: unknown) =>
    Array.isArray(conditions) && conditions.length > 0 && conditions.every(one => isCondition(one, depth + 1))
  if (typeof when.rule === 'string') return true
  if ('all' in when) return below(when.all)
  if ('not' in when) return isCondition(when.not, depth + 1)
  return Number.isSafeInteger(when.atLeast) && Number(when.atLeast) > 0 && below(when.of)
}

/** Whether the condition holds for these rules. */
export function holds(condition: Condition, found: ReadonlySet<string>): boolean {
  if (typeof condition === 'string') return found.has(condition)
  if ('rule' in condition) return found.has(condition.rule)
  if ('all' in condition) return condition.all.every(one => holds(one, found))
  if ('not' in condition) return !holds(condition.not, found)
  return condition.of.filter(one => holds(one, found)).length >= condition.atLeast
}

/** The rules that a condition names. */
export function rulesIn(condition: Condition): readonly string[] {
  if (typeof condition === 'string') return [condition]
  if ('rule' in condition) return [condition.rule]
  if ('all' in condition) return condition.all.flatMap(rulesIn)
  return 'not' in condition ? rulesIn(condition.not) : condition.of.flatMap(rulesIn)
}
