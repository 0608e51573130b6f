/**
 * What a filter has returned, as findings that count: named after their filter, and failures where they are
 * malformed.
 */
import { errorText } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import { defer, type Finding, type Findings } from '../model/finding.ts'
import { malformed } from './malformed.ts'

/** Changes a finding, or drops it by returning nothing. */
export type FindingTransform = (finding: Finding) => Finding | undefined

/**
 * Findings with the name of their filter in front of their rule. A malformed one is a failure of its filter, and those
 * beside it still count. Never throws.
 */
export function namedFindings(
  filter: Filter,
  findings: Findings,
  transform: FindingTransform | undefined,
): readonly Finding[] {
  if (isNothing(findings)) return []
  const list: Finding[] = []
  let problem: string | undefined
  const add = (finding: unknown): void => {
    if (isNothing(finding)) return
    const wrong = malformed(finding)
    problem ??= wrong
    if (wrong === undefined) list.push(named(filter, finding as Finding))
  }
  try {
    if (Array.isArray(findings)) for (const finding of findings) add(finding)
    else add(findings)
    if (problem !== undefined) list.push(named(filter, failureOf(filter, problem)))
    return transform === undefined ? list : list.flatMap(finding => transformed(filter, finding, transform))
  } catch (error) {
    return [...list, named(filter, failureOf(filter, error))]
  }
}

/** NaN is falsy too, but comes from a sum that went wrong. */
const isNothing = (value: unknown): boolean => !value && !Number.isNaN(value)

function transformed(filter: Filter, finding: Finding, transform: FindingTransform): readonly Finding[] {
  const changed = transform(finding)
  if (changed === undefined) return []
  const problem = malformed(changed)
  return problem === undefined ? [changed] : [finding, named(filter, failureOf(filter, problem))]
}

const named = ({ name }: Filter, finding: Finding): Finding => ({
  ...finding,
  rule: finding.rule === undefined ? name : `${name}/${finding.rule}`,
})

const MAX_REASON_LENGTH = 300

/** The filter has thrown, rejected, or returned what is not a finding. */
export const failureOf = (filter: Filter, error: unknown): Finding =>
  consequence(filter, 'failed', `${filter.name} failed: ${errorText(error).slice(0, MAX_REASON_LENGTH)}`)

/** The filter has not settled before its deadline, in milliseconds. */
export const timeoutOf = (filter: Filter, deadline: number): Finding =>
  consequence(filter, 'timeout', `${filter.name} did not answer within ${deadline} ms`)

const consequence = (filter: Filter, rule: string, reason: string): Finding =>
  filter.failure === 'defer' ? defer('4.3.0', reason, { rule }) : { rule, reason }
