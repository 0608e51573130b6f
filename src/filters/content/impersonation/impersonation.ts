/** Reports senders that impersonate others: brands, protected people and domains, the recipient. */

import { organisationOf } from '../../../dns/organisation.ts'
import { plain } from '../../../links/plain.ts'
import type { Filter } from '../../../model/filter.ts'
import { list } from '../../../model/options.ts'
import { domainPattern } from '../../../net/checks.ts'
import type { Brands } from '../../rules/brand-names.ts'
import { quote } from '../../rules/quote.ts'
import { checkedRules, type Rule, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { contentFilter } from '../content-filter.ts'
import { IMPERSONATION_POINTS } from '../measured-points.ts'
import { brandRules } from './brand-rules.ts'
import { type ImpersonationView, impersonationView } from './impersonation-view.ts'
import { type Person, person } from './person.ts'
import { isPossible, replies } from './replies.ts'
import { senders } from './senders.ts'

/** Options of {@link impersonation}. */
export interface ImpersonationOptions extends RuleOptions<ImpersonationRule> {
  /** People whose names only they may use. @default [] */
  readonly people?: readonly Person[]
  /** Your domains: mail from them must be authenticated, and senders that resemble them are reported. @default [] */
  readonly protect?: readonly string[]
}

/** The rules of {@link impersonation}. */
export type ImpersonationRule = keyof ReturnType<typeof impersonationRules>['rules']

/**
 * Reports senders that impersonate others: brands, protected people and domains, the recipient.
 *
 * @example
 * impersonation({ protect: ['example.org'], people: [{ name: 'Alice Example', addresses: ['alice@example.org'] }] })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export function impersonation(options: ImpersonationOptions = {}): Filter {
  const others = { people: list(person(), 'people'), protect: list(domainPattern(), 'domains') }
  const { people = [], protect = [], ...rest } = checkedRules(impersonationRules(), options, others)
  return contentFilter(impersonationRules(people, protect), rest)
}

/** @internal */
export const impersonationRules = (people: readonly Person[] = [], protect: readonly string[] = []) =>
  ({
    name: 'impersonation',
    checks: 'identity',
    about: 'The sender that the message shows, compared with who sent it.',
    caps: { brand: 6, person: 6, name: 4, sender: 4, reply: 3 },
    measured: IMPERSONATION_POINTS,
    view: impersonationView,
    rules: {
      ...senders,
      ...brandRules,
      ...personRule(people),
      ...addressRules,
      ...protectedRules(protect.map(domain => organisationOf(domain.toLowerCase()))),
      ...replies,
    },
  }) satisfies RuleSet<ImpersonationView>

type Rules = Readonly<Record<string, Rule<ImpersonationView>>>

function personRule(people: readonly Person[]) {
  const names = people.map(({ name, addresses }) => ({
    name,
    words: wordsOf(name),
    addresses: new Set(addresses.map(address => address.toLowerCase())),
  }))
  return {
    'impersonation/person': {
      group: 'person',
      fires: 'The display name is that of a protected person, and the address is not one of theirs.',
      points: 5,
      find: ({ from }) => {
        const shown = from && wordsOf(from.display)
        const person = names.find(({ words }) => words !== '' && words === shown)
        if (!from || !person || person.addresses.has(`${from.local}@${from.domain}`.toLowerCase())) return undefined
        return `${quote(from.display)} is the name of ${person.name}, and ${quote(`${from.local}@${from.domain}`)} is not one of their addresses`
      },
    },
  } satisfies Rules
}

const addressRules = {
  'impersonation/address-in-name': {
    group: 'person',
    fires: 'The display name is an address in another domain than the author’s.',
    points: 2.5,
    find: ({ from }) => {
      const shown = from && /[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})/.exec(from.display.slice(0, 300))?.[1]
      if (!shown || organisationOf(shown.toLowerCase()) === from.organisation) return undefined
      return `the display name is the address ${quote(from.display)}, and the author writes from ${quote(from.domain)}`
    },
  },
} satisfies Rules

/** @param own organisational domains that only their owner may use */
const protectedRules = (own: readonly string[]) =>
  ({
    'impersonation/look-alike-protected': {
      group: 'person',
      fires:
        'The author’s domain resembles a protected domain: a letter is changed, or the domain is part of a longer name.',
      points: 5,
      find: ({ from, brands }) => {
        const like = from && own.find(domain => looksLike(brands, from.organisation, domain))
        return like && `the author’s domain ${quote(from.organisation)} resembles the protected domain ${like}`
      },
    },
    'impersonation/other-tld': {
      group: 'person',
      fires: 'The author’s domain is a protected domain under another TLD.',
      points: 1.5,
      find: ({ from }) => {
        const like = from && own.find(domain => isOtherTld(from.organisation, domain))
        return (
          like && `the author’s domain ${quote(from.organisation)} is the protected domain ${like} under another TLD`
        )
      },
    },
    'impersonation/protected-domain': {
      group: 'person',
      fires: 'The author writes from a protected domain, and neither SPF nor DKIM authenticates it.',
      points: 4,
      find: ({ from, policy }) =>
        from !== undefined &&
        own.includes(from.organisation) &&
        !isPossible(policy) &&
        policy.result !== 'temperror' &&
        `the author writes from the protected domain ${from.domain}, and neither SPF nor DKIM authenticates it`,
    },
  }) satisfies Rules

const isOtherTld = (organisation: string, own: string): boolean =>
  organisation !== own && organisation.split('.', 1)[0] === own.split('.', 1)[0]

function looksLike({ isAltered }: Brands, organisation: string, own: string): boolean {
  if (organisation === own) return false
  const [label = '', other = ''] = [organisation.split('.', 1)[0], own.split('.', 1)[0]]
  return isAltered(label, other) || (other.length >= 6 && label !== other && label.split('-').includes(other))
}

/** The words of a name in plain letters, sorted: `Example, Alice` equals `Alice Example`. */
const wordsOf = (name: string): string =>
  plain(name.slice(0, 200))
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')
    .toSorted()
    .join(' ')
