/** Conditions over the rules that were found: what {@link composite} decides by. */
import { isRecord } from '../../model/options.ts'

/**
 * A rule that was found, or an expression over rules. Make it with {@link all}, {@link any}, {@link atLeast}, {@link
 * not} and {@link rule}.
 *
 * @typeParam Id the rules that can be named by a plain string
 */
export type ConditionOf<Id extends string> =
  | Id
  | { readonly rule: string }
  | { readonly all: readonly ConditionOf<Id>[] }
  | { readonly atLeast: number; readonly of: readonly ConditionOf<Id>[] }
  | { readonly not: ConditionOf<Id> }

/** Holds when every condition holds. */
export const all = <const Id extends string = never>(...conditions: readonly ConditionOf<Id>[]): ConditionOf<Id> => ({
  all: conditions,
})

/** Holds when at least one of the conditions holds. */
export const any = <const Id extends string = never>(...conditions: readonly ConditionOf<Id>[]): ConditionOf<Id> => ({
  atLeast: 1,
  of: conditions,
})

/** Holds when at least `count` of the conditions hold. */
export const atLeast = <const Id extends string = never>(
  count: number,
  ...conditions: readonly ConditionOf<Id>[]
): ConditionOf<Id> => ({ atLeast: count, of: conditions })

/** Holds when the condition does not hold. */
export const not = <const Id extends string = never>(condition: ConditionOf<Id>): ConditionOf<Id> => ({
  not: condition,
})

/**
 * Holds when the rule of any filter was found. Rules of the content filters can be named without it; the compiler
 * checks those names.
 */
export const rule = (name: string): ConditionOf<never> => ({ rule: name })

/** Bounds the recursion: a condition that contains itself has no value. */
const MAX_DEPTH = 32

/** Tells whether a value of unknown type is a condition. */
export function isCondition(value: unknown, depth = 0): value is ConditionOf<string> {
  if (typeof value === 'string') return value !== ''
  if (!isRecord(value) || depth > MAX_DEPTH) return false
  const areConditions = (list: unknown) =>
    Array.isArray(list) && list.length > 0 && list.every(item => isCondition(item, depth + 1))
  if (typeof value.rule === 'string') return true
  if ('all' in value) return areConditions(value.all)
  if ('not' in value) return isCondition(value.not, depth + 1)
  return Number.isSafeInteger(value.atLeast) && Number(value.atLeast) > 0 && areConditions(value.of)
}

/** Tells whether the condition holds for the rules that were found. */
export function holds(condition: ConditionOf<string>, found: ReadonlySet<string>): boolean {
  if (typeof condition === 'string') return found.has(condition)
  if ('rule' in condition) return found.has(condition.rule)
  if ('all' in condition) return condition.all.every(item => holds(item, found))
  if ('not' in condition) return !holds(condition.not, found)
  return condition.of.filter(item => holds(item, found)).length >= condition.atLeast
}

/** The rules that a condition names. */
export function rulesIn(condition: ConditionOf<string>): readonly string[] {
  if (typeof condition === 'string') return [condition]
  if ('rule' in condition) return [condition.rule]
  if ('all' in condition) return condition.all.flatMap(rulesIn)
  return 'not' in condition ? rulesIn(condition.not) : condition.of.flatMap(rulesIn)
}
