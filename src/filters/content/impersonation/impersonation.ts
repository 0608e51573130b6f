/** Reports senders that impersonate others: brands, protected people and domains, the recipient. */

import { organisationalDomain } from '../../../dns/organisation.ts'
import { type Dmarc, dmarc } from '../../../facts/dmarc.ts'
import { type Brand, brandsIn, brandsOften, isOwnedBy } from '../../../links/brands.ts'
import { isFreeMail } from '../../../links/hosting.ts'
import { isAltered, looksLikeBrand } from '../../../links/look-alike.ts'
import { plain } from '../../../links/plain.ts'
import type { Filter } from '../../../model/filter.ts'
import { list } from '../../../model/options.ts'
import { domainPattern } from '../../../net/checks.ts'
import { quote } from '../../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { type MessageView, messageView, type Sender } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { book } from '../wording/lists.ts'
import { type Person, person } from './person.ts'
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

type Shown = MessageView & { readonly policy: Dmarc }

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
export const impersonationRules = (people: readonly Person[] = [], protect: readonly string[] = []) => {
  const names = people.map(({ name, addresses }) => ({
    name,
    words: wordsOf(name),
    addresses: new Set(addresses.map(address => address.toLowerCase())),
  }))
  const own = protect.map(domain => organisationalDomain(domain) ?? domain.toLowerCase())
  return {
    name: 'impersonation',
    checks: 'identity',
    about: 'The sender that the message shows, compared with who sent it.',
    caps: { brand: 6, person: 6, sender: 4, reply: 3 },
    view: async (message): Promise<Shown> => {
      const [seen, policy] = await Promise.all([message.ask(messageView), message.ask(dmarc)])
      return { ...seen, policy }
    },
    rules: {
      ...senders,
      'impersonation/brand': {
        group: 'brand',
        fires: 'The display name is a well-known brand, and the address is not in its domains.',
        points: 3.5,
        find: ({ from }) => {
          const brand = from && spoofed(from.display, from)
          return brand && `${quote(from.display)} claims to be ${brand}, and writes from ${quote(from.domain)}`
        },
      },
      'impersonation/brand-in-address': {
        group: 'brand',
        fires:
          'The author’s domain contains the name of a well-known brand, or resembles it, and does not belong to that brand.',
        points: 3.5,
        find: ({ from }) => {
          const found = from && looksLikeBrand(from.domain)
          return found && `the author’s domain ${quote(from.domain)} ${found.how}`
        },
      },
      'impersonation/brand-in-local-part': {
        group: 'brand',
        fires: 'The local part is the name of a well-known brand, and the domain does not belong to that brand.',
        points: 2,
        find: ({ from }) => {
          const brand = from && spoofed(from.local.replace(/[._+-]/g, ' '), from)
          return brand && `${quote(from.local)} claims to be ${brand}, and writes from ${quote(from.domain)}`
        },
      },
      'impersonation/brand-in-subject': {
        group: 'brand',
        fires:
          'The subject names a well-known brand and an account, a payment or a parcel, and the author is not that brand.',
        points: 1.5,
        max: 1.5,
        find: ({ from, subject, list }) => {
          if (!from || list || !ACCOUNT.test(plain(subject))) return undefined
          const brand = spoofed(subject, from)
          return (
            brand && `the subject ${quote(subject)} names ${brand}, and the author writes from ${quote(from.domain)}`
          )
        },
      },
      'impersonation/brand-in-text': {
        group: 'brand',
        fires:
          'The text names one well-known brand repeatedly and a threat to an account, and neither the author nor a link belongs to that brand.',
        points: 2.5,
        find: ({ from, words, clicks, list }) => {
          if (!from || list || clicks.length === 0) return undefined
          const named = brandsOften(words, 2)
          const owned = (brand: Brand) => [from, ...clicks].some(({ domain = '' }) => isOwnedBy(brand, domain))
          const [brand] = named
          // A text that names several brands is about brands.
          if (!brand || named.length > 2 || named.some(owned)) return undefined
          if (book.read(words.slice(0, 5000)).of('accountThreat').length < 2) return undefined
          return `the text names ${brand.name}, and neither the author ${quote(from.domain)} nor a link belongs to it`
        },
      },
      'impersonation/recipient-domain': {
        group: 'brand',
        fires: 'The display name contains the recipient’s domain, and the author writes from another domain.',
        points: 2,
        find: ({ from, to, message, list }) => {
          if (!from || list) return undefined
          const shown = plain(from.display.slice(0, 200))
          const domains = [
            ...to.map(({ domain }) => domain),
            ...message.forwardPaths.map(path => path.split('@').at(-1) ?? ''),
          ]
          const own = domains.slice(0, 20).find(domain => domain.includes('.') && shown.includes(domain.toLowerCase()))
          return (
            own !== undefined &&
            organisationOf(own.toLowerCase()) !== from.organisation &&
            `${quote(from.display)} names the recipient’s domain, and writes from ${quote(from.domain)}`
          )
        },
      },
      'impersonation/role-name': {
        group: 'brand',
        fires:
          'The display name is a role (`Support`, `Security`, `Mail Delivery`, `Helpdesk` …), and the address is of a free mail service.',
        points: 2,
        find: ({ from }) => {
          if (!from || !isFreeMail(from.domain) || !OFFICE.test(plain(from.display))) return undefined
          return `${quote(from.display)} writes from the free mail service ${quote(from.domain)}`
        },
      },
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
      'impersonation/address-in-name': {
        group: 'person',
        fires: 'The display name is an address in another domain than the author’s.',
        points: 2.5,
        find: ({ from }) => {
          const shown =
            from && /[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})/.exec(from.display.slice(0, 300))?.[1]
          if (!shown || organisationOf(shown.toLowerCase()) === from.organisation) return undefined
          return `the display name is the address ${quote(from.display)}, and the author writes from ${quote(from.domain)}`
        },
      },
      'impersonation/look-alike-protected': {
        group: 'person',
        fires:
          'The author’s domain resembles a protected domain: a letter is changed, or the domain is part of a longer name.',
        points: 5,
        find: ({ from }) => {
          const like = from && own.find(domain => looksLike(from.organisation, domain))
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
      'impersonation/sender-is-recipient': {
        group: 'person',
        fires: 'Author and recipient have the same address, and neither SPF nor DKIM authenticates it.',
        points: 2,
        max: 1.5,
        find: ({ from, to, policy, list }) => {
          const address = from && `${from.local}@${from.domain}`.toLowerCase()
          const same = to.some(({ local, domain }) => `${local}@${domain}`.toLowerCase() === address)
          return (
            same &&
            to.length === 1 &&
            !list &&
            !isPossible(policy) &&
            `the author ${quote(address ?? '')} is the recipient, and neither SPF nor DKIM authenticates the address`
          )
        },
      },
      'impersonation/reply-to-free-mail': {
        group: 'reply',
        fires: 'Reply-To is at a free mail service, and the author’s address is in another domain.',
        points: 2,
        find: ({ from, replyTo, list }) =>
          from !== undefined &&
          replyTo !== undefined &&
          !list &&
          isFreeMail(replyTo.domain) &&
          replyTo.organisation !== from.organisation &&
          `Reply-To is ${quote(`${replyTo.local}@${replyTo.domain}`)}, and the author writes from ${quote(from.domain)}`,
      },
      'impersonation/reply-to-mismatch': {
        group: 'reply',
        fires: 'Author and Reply-To are different addresses of free mail services.',
        points: 2,
        find: ({ from, replyTo }) =>
          from !== undefined &&
          replyTo !== undefined &&
          isFreeMail(from.domain) &&
          isFreeMail(replyTo.domain) &&
          `${replyTo.local}@${replyTo.domain}`.toLowerCase() !== `${from.local}@${from.domain}`.toLowerCase() &&
          `the author is ${quote(`${from.local}@${from.domain}`)}, and Reply-To is ${quote(`${replyTo.local}@${replyTo.domain}`)}`,
      },
      'impersonation/fake-reply': {
        group: 'reply',
        fires: 'The subject begins like that of a reply, and the message refers to no earlier message.',
        points: 0.7,
        find: ({ subject, header }) =>
          /^\s*(?:re|aw|sv|antw)\s?(?:\[\d{1,3}\])?:/i.test(subject) &&
          header.all('in-reply-to').length === 0 &&
          header.all('references').length === 0 &&
          header.all('thread-index').length === 0 &&
          `the subject ${quote(subject)} is that of a reply, and the message refers to no earlier message`,
      },
    },
  } satisfies RuleSet<Shown>
}

const ACCOUNT =
  /\b(?:account|suspend|suspicious|verif|unusual|sign-?in|log-?in|locked|limited|restrict|payment|invoice|order|refund|subscription|renew|expire|storage|deliver|package|parcel|shipment|wallet|password|security|unauthori[sz]ed|confirm|update|reward|gift|winner|conta|cuenta|compte|konto|fatura|factura|facture|rechnung|paket|paquete|colis|pacco)/
const OFFICE =
  /\b(?:support|security|help ?desk|it (?:desk|team|department|admin)|administrator|admin team|mail ?(?:delivery|admin|team|server|box)|web ?mail|account (?:team|service)|billing|customer (?:care|service)|human resources|hr department|payroll|notification|compliance|legal department|bank|delivery|courier|lottery|foundation|united nations|fbi|director|barrister)\b/
/**
 * The brand that the text names and the sender does not belong to. If the sender belongs to one of the brands, none is
 * spoofed.
 */
function spoofed(text: string, { organisation, domain }: Sender): string | undefined {
  const named = brandsIn(text)
  const [first] = named
  // An address at the free mail service of a brand belongs to a customer, not to the brand.
  const owned = !isFreeMail(domain) && named.some(brand => isOwnedBy(brand, organisation) || isOwnedBy(brand, domain))
  return first && !owned ? first.name : undefined
}

/** DMARC passes, or could pass if the host knew the client’s address. */
const isPossible = ({ result }: Dmarc): boolean => result === 'pass' || result === 'unknown'

const isOtherTld = (organisation: string, own: string): boolean =>
  organisation !== own && organisation.split('.', 1)[0] === own.split('.', 1)[0]

const organisationOf = (domain: string): string => organisationalDomain(domain) ?? domain

function looksLike(organisation: string, own: string): boolean {
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
