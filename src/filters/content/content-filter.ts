/** Makes a content filter of its rules: with the points that were measured, and with what the combinations need. */
import type { Filter } from '../../model/filter.ts'
import {
  MAX_POINTS_ALONE,
  type RuleDefaults,
  type RuleOptions,
  type RulePoints,
  type RuleSet,
  ruleFilter,
} from '../rules/rule.ts'
import { type Combination, requiredRules } from './combinations.ts'
import { MEASURED } from './measured-points.ts'

/**
 * The points that a rule has without options: those that were measured, else those that the rule names. Only a certain
 * rule reaches the quarantine threshold alone.
 */
export function defaultPoints(id: string, { points, certain }: RulePoints): number {
  const measured = MEASURED.rows[id]?.[0] ?? points
  return certain ? measured : Math.min(measured, MAX_POINTS_ALONE)
}

/** The points of a combination: those that were measured, else its own. */
export const combinationPoints = ({ name, finding }: Combination<string>): number =>
  MEASURED.rows[name]?.[0] ?? finding.points ?? 0

const DEFAULTS: RuleDefaults = { pointsOf: defaultPoints, required: requiredRules }

/** @param options options that were checked before */
export const contentFilter = <V, Id extends string>(set: RuleSet<V, Id>, options: RuleOptions<Id>): Filter =>
  ruleFilter(set, options, DEFAULTS)
