/** Makes a content filter of its rules: with what the combinations need, and with their points. */
import type { Filter } from '../../model/filter.ts'
import { type RuleOptions, type RuleSet, ruleFilter } from '../rules/rule.ts'
import { type Combination, requiredRules } from './combinations.ts'
import { COMBINATION_POINTS } from './measured-points.ts'

/** The points of a combination: those that were measured, else its own. */
export const combinationPoints = ({ name, finding }: Combination<string>): number =>
  COMBINATION_POINTS[name] ?? finding.points ?? 0

/** @param options options that were checked before */
export const contentFilter = <V, Id extends string>(set: RuleSet<V, Id>, options: RuleOptions<Id>): Filter =>
  ruleFilter(set, options, requiredRules)
