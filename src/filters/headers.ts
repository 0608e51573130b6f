/** Objects to header fields that no honest program writes so: impossible dates, foreign Message-IDs, forged mailers and routes. */
import type { Filter } from '../core/filter.ts'
import { checkedRules, type RuleOptions, type RuleSet, ruleFilter } from './content/rule.ts'
import { type Sight, sight } from './content/sight.ts'
import { forms } from './headers/forms.ts'
import { mailers } from './headers/mailers.ts'
import { origins } from './headers/origins.ts'
import { routes } from './headers/routes.ts'
import { subjects } from './headers/subjects.ts'

export interface HeadersOptions extends RuleOptions<HeadersRule> {}

export type HeadersRule = keyof typeof headersRules.rules

/**
 * The form of the section is the affair of `headerForm`; this looks at what stands in it.
 *
 * @example
 * headers({ points: { 'headers/many-recipients': 'off' } })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export const headers = (options: HeadersOptions = {}): Filter =>
  ruleFilter(headersRules, checkedRules(headersRules, options, {}))

/** @internal */
export const headersRules = {
  name: 'headers',
  checks: 'identity',
  about: 'Header fields that no honest program writes so.',
  caps: { date: 2.5, id: 3, mailer: 3, to: 2, subject: 3, route: 3, form: 2 },
  see: message => message.ask(sight),
  rules: { ...origins, ...mailers, ...subjects, ...routes, ...forms },
} satisfies RuleSet<Sight>
