/** Reports deceptive links, and links to hosting that honest senders do not use. */

import { organisationOf } from '../../../dns/organisation.ts'
import type { Filter } from '../../../model/filter.ts'
import { list } from '../../../model/options.ts'
import { domainPattern } from '../../../net/checks.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { type MessageView, messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { LINKS_POINTS } from '../measured-points.ts'
import { deceptive } from './deceptive.ts'
import { hosting } from './hosting.ts'
import { obfuscated } from './obfuscated.ts'
import { schemes } from './schemes.ts'
import { targeted } from './targeted.ts'

/** Options of {@link links}. */
export interface LinksOptions extends RuleOptions<LinksRule> {
  /** Your domains, or those of your users’ partners: host names that resemble them are reported. @default [] */
  readonly protect?: readonly string[]
}

/** The rules of {@link links}. */
export type LinksRule = keyof ReturnType<typeof linkRules>['rules']

/**
 * Reports deceptive links, and links to hosting that honest senders do not use. Asks no DNS and fetches nothing.
 *
 * @example
 * links({ protect: ['example.org'], points: { 'links/shortener': 2, 'links/port': 'off' } })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export function links(options: LinksOptions = {}): Filter {
  const others = { protect: list(domainPattern(), 'domains') }
  const { protect = [], ...rest } = checkedRules(linkRules(), options, others)
  return contentFilter(linkRules(protect), rest)
}

/** @internal */
export const linkRules = (domains: readonly string[] = []) => {
  const protect = domains.map(name => organisationOf(name.toLowerCase()))
  return {
    name: 'links',
    about: 'Links: their targets, and what the message shows of them.',
    caps: { deceptive: 7, hosting: 4.5, obfuscated: 4, targeted: 4, schemes: 6 },
    measured: LINKS_POINTS,
    view: message => message.ask(messageView),
    rules: { ...deceptive(protect), ...obfuscated, ...hosting, ...targeted, ...schemes },
  } satisfies RuleSet<MessageView>
}
