/** `composite` for operators: the compiler checks the names of content rules. */
import type { Filter } from '../../model/filter.ts'
import type { Finding } from '../../model/finding.ts'
import { composite as compositeOf } from '../rules/composite.ts'
import type { ConditionOf } from '../rules/condition.ts'
import type { RuleId } from './rule-sets.ts'

/** A condition whose plain strings are rules of the content filters. */
export type Condition = ConditionOf<RuleId>

/**
 * Reports `finding` at the message stage when the condition holds for the earlier findings: those of earlier stages,
 * and those of the filters of this stage that are not `late`.
 *
 * @throws PosternError when the condition or the finding is malformed
 * @example
 * composite(
 *   'invoice-from-listed',
 *   all(rule('dnsbl/listed'), any('attachments/macro', 'links/free-host')),
 *   points(4, 'a listed client sends a document with macros, or a link to free hosting'),
 * )
 */
export const composite = (name: string, when: Condition, finding: Finding): Filter => compositeOf(name, when, finding)
