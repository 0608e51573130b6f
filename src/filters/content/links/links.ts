/** Objects to links that lie about where they lead, and to places where honest senders have no pages. */

import { organisationalDomain } from '../../../dns/organisation.ts'
import type { Filter } from '../../../model/filter.ts'
import { list } from '../../../model/options.ts'
import { domainPattern } from '../../../net/checks.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { type MessageView, messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { deceptive } from './deceptive.ts'
import { hosting } from './hosting.ts'
import { obfuscated } from './obfuscated.ts'
import { targeted } from './targeted.ts'

export interface LinksOptions extends RuleOptions<LinksRule> {
  /** Domains of yours, or of those your users deal with: hosts that look like them are a finding. @default [] */
  readonly protect?: readonly string[]
}

export type LinksRule = keyof ReturnType<typeof linkRules>['rules']

/**
 * Nothing is asked and nothing is fetched.
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
  const protect = domains.map(name => organisationalDomain(name) ?? name.toLowerCase())
  return {
    name: 'links',
    about: 'Where the message leads, against what it shows.',
    caps: { lie: 7, place: 4.5, form: 4, aim: 4 },
    view: message => message.ask(messageView),
    rules: { ...deceptive(protect), ...obfuscated, ...hosting, ...targeted },
  } satisfies RuleSet<MessageView>
}
