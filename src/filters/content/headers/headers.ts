/**
 * Reports header fields that honest programs do not write: impossible dates, foreign Message-IDs, forged mailers and
 * routes.
 */
import type { Filter } from '../../../model/filter.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { type MessageView, messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { HEADERS_POINTS } from '../measured-points.ts'
import { encodings } from './encodings.ts'
import { forms } from './forms.ts'
import { mailers } from './mailers.ts'
import { origins } from './origins.ts'
import { routes } from './routes.ts'
import { subjects } from './subjects.ts'

/** Options of {@link headers}. */
export interface HeadersOptions extends RuleOptions<HeadersRule> {}

/** The rules of {@link headers}. */
export type HeadersRule = keyof typeof headersRules.rules

/**
 * Examines the values of header fields; `headerForm` checks the syntax of the section.
 *
 * @example
 * headers({ points: { 'headers/many-recipients': 'off' } })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export const headers = (options: HeadersOptions = {}): Filter =>
  contentFilter(headersRules, checkedRules(headersRules, options, {}))

/** @internal */
export const headersRules = {
  name: 'headers',
  checks: 'identity',
  about: 'Header fields that honest programs do not write.',
  caps: { date: 2.5, 'message-id': 3, mailer: 3, recipients: 2, subject: 3, route: 3, format: 2, encoding: 2.5 },
  measured: HEADERS_POINTS,
  view: message => message.ask(messageView),
  rules: { ...origins, ...mailers, ...subjects, ...routes, ...forms, ...encodings },
} satisfies RuleSet<MessageView>
