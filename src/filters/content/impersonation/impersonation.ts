/** Objects to those who show themselves as somebody else: brands, protected people and domains, the recipient himself. */

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

export interface ImpersonationOptions extends RuleOptions<ImpersonationRule> {
  /** People whose names only they may use. @default [] */
  readonly people?: readonly Person[]
  /** Domains of yours: mail from them must be proven, and senders that look like them are a finding. @default [] */
  readonly protect?: readonly string[]
}

export type ImpersonationRule = keyof ReturnType<typeof impersonationRules>['rules']

type Shown = MessageView & { readonly policy: Dmarc }

/**
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
    about: 'Who the message shows as its sender, against who sent it.',
    caps: { brand: 6, person: 6, sender: 4, reply: 3 },
    view: async (message): Promise<Shown> => {
      const [seen, policy] = await Promise.all([message.ask(messageView), message.ask(dmarc)])
      return { ...seen, policy }
    },
    rules: {
      ...senders,
      'impersonation/brand': {
        group: 'brand',
        fires: 'The display name is that of a well-known company, and the address is not one of its domains.',
        points: 3.5,
        find: ({ from }) => {
          const brand = from && spoofed(from.display, from)
          return brand && `${quote(from.display)} claims to be ${brand}, and writes from ${quote(from.domain)}`
        },
      },
      'impersonation/brand-in-address': {
        group: 'brand',
        fires: 'The author’s domain bears the name of a well-known company, or nearly, and does not belong to it.',
        points: 3.5,
        find: ({ from }) => {
          const found = from && looksLikeBrand(from.domain)
          return found && `the author’s domain ${quote(from.domain)} ${found.how}`
        },
      },
      'impersonation/brand-in-local-part': {
        group: 'brand',
        fires: 'What stands before the `@` is the name of a well-known company, and the domain is not its.',
        points: 2,
        find: ({ from }) => {
          const brand = from && spoofed(from.local.replace(/[._+-]/g, ' '), from)
          return brand && `${quote(from.local)} claims to be ${brand}, and writes from ${quote(from.domain)}`
        },
      },
      'impersonation/brand-in-subject': {
        group: 'brand',
        fires:
          'The subject speaks of a well-known company and of an account, a payment or a parcel, and the author is not that company.',
        points: 1.5,
        max: 1.5,
        find: ({ from, subject, list }) => {
          if (!from || list || !ACCOUNT.test(plain(subject))) return undefined
          const brand = spoofed(subject, from)
          return (
            brand &&
            `the subject ${quote(subject)} speaks for ${brand}, and the author writes from ${quote(from.domain)}`
          )
        },
      },
      'impersonation/brand-in-text': {
        group: 'brand',
        fires:
          'The text speaks of one well-known company again and again and of an account in danger, and neither the author nor any link is of that company.',
        points: 2.5,
        find: ({ from, words, clicks, list }) => {
          if (!from || list || clicks.length === 0) return undefined
          const named = brandsOften(words, 2)
          const owned = (brand: Brand) => [from, ...clicks].some(({ domain = '' }) => isOwnedBy(brand, domain))
          const [brand] = named
          // Who speaks of several is somebody who writes about them.
          if (!brand || named.length > 2 || named.some(owned)) return undefined
          if (book.read(words.slice(0, 5000)).of('danger').length < 2) return undefined
          return `the text speaks for ${brand.name}, and neither the author ${quote(from.domain)} nor a link is of it`
        },
      },
      'impersonation/own-domain-name': {
        group: 'brand',
        fires: 'The display name bears the domain of the recipient, and the author writes from elsewhere.',
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
            `${quote(from.display)} speaks for the recipient’s domain, and writes from ${quote(from.domain)}`
          )
        },
      },
      'impersonation/office': {
        group: 'brand',
        fires:
          'The display name is an office (`Support`, `Security`, `Mail Delivery`, `Helpdesk` …) at a free mail service.',
        points: 2,
        find: ({ from }) => {
          if (!from || !isFreeMail(from.domain) || !OFFICE.test(plain(from.display))) return undefined
          return `${quote(from.display)} writes from the free mail service ${quote(from.domain)}`
        },
      },
      'impersonation/person': {
        group: 'person',
        fires: 'The display name is that of a protected person, and the address is none of theirs.',
        points: 5,
        find: ({ from }) => {
          const shown = from && wordsOf(from.display)
          const person = names.find(({ words }) => words !== '' && words === shown)
          if (!from || !person || person.addresses.has(`${from.local}@${from.domain}`.toLowerCase())) return undefined
          return `${quote(from.display)} is the name of ${person.name}, and ${quote(`${from.local}@${from.domain}`)} is no address of theirs`
        },
      },
      'impersonation/address-in-name': {
        group: 'person',
        fires: 'The display name is an address of another domain than the author’s.',
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
          'The author’s domain looks like a protected domain: with a letter changed, or as a part of another name.',
        points: 5,
        find: ({ from }) => {
          const like = from && own.find(domain => looksLike(from.organisation, domain))
          return like && `the author’s domain ${quote(from.organisation)} looks like the protected domain ${like}`
        },
      },
      'impersonation/other-ending': {
        group: 'person',
        fires: 'The author’s domain is a protected one but for its ending.',
        points: 1.5,
        find: ({ from }) => {
          const like = from && own.find(domain => isOtherTld(from.organisation, domain))
          return (
            like &&
            `the author’s domain ${quote(from.organisation)} is the protected domain ${like} under another ending`
          )
        },
      },
      'impersonation/protected': {
        group: 'person',
        fires: 'The author writes from a protected domain, and neither SPF nor DKIM speaks for it.',
        points: 4,
        find: ({ from, policy }) =>
          from !== undefined &&
          own.includes(from.organisation) &&
          !isPossible(policy) &&
          policy.result !== 'temperror' &&
          `the author writes from the protected domain ${from.domain}, and nothing proves it`,
      },
      'impersonation/self': {
        group: 'person',
        fires: 'Author and recipient have the same address, and nothing proves it.',
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
            `the author ${quote(address ?? '')} is the recipient, too`
          )
        },
      },
      'impersonation/reply-elsewhere': {
        group: 'reply',
        fires: 'Answers go to a free mail service, and the author’s address is elsewhere.',
        points: 2,
        find: ({ from, replyTo, list }) =>
          from !== undefined &&
          replyTo !== undefined &&
          !list &&
          isFreeMail(replyTo.domain) &&
          replyTo.organisation !== from.organisation &&
          `answers go to ${quote(`${replyTo.local}@${replyTo.domain}`)}, and the author writes from ${quote(from.domain)}`,
      },
      'impersonation/reply-to-twin': {
        group: 'reply',
        fires: 'Author and Reply-To are different addresses of free mail services.',
        points: 2,
        find: ({ from, replyTo }) =>
          from !== undefined &&
          replyTo !== undefined &&
          isFreeMail(from.domain) &&
          isFreeMail(replyTo.domain) &&
          `${replyTo.local}@${replyTo.domain}`.toLowerCase() !== `${from.local}@${from.domain}`.toLowerCase() &&
          `the author ${quote(`${from.local}@${from.domain}`)} wants answers at ${quote(`${replyTo.local}@${replyTo.domain}`)}`,
      },
      'impersonation/fake-reply': {
        group: 'reply',
        fires: 'The subject says that it is an answer, and the message names none that it answers.',
        points: 0.7,
        find: ({ subject, header }) =>
          /^\s*(?:re|aw|sv|antw)\s?(?:\[\d{1,3}\])?:/i.test(subject) &&
          header.all('in-reply-to').length === 0 &&
          header.all('references').length === 0 &&
          header.all('thread-index').length === 0 &&
          `the subject ${quote(subject)} is an answer, and the message names nothing that it answers`,
      },
    },
  } satisfies RuleSet<Shown>
}

const ACCOUNT =
  /\b(?:account|suspend|suspicious|verif|unusual|sign-?in|log-?in|locked|limited|restrict|payment|invoice|order|refund|subscription|renew|expire|storage|deliver|package|parcel|shipment|wallet|password|security|unauthori[sz]ed|confirm|update|reward|gift|winner|conta|cuenta|compte|konto|fatura|factura|facture|rechnung|paket|paquete|colis|pacco)/
const OFFICE =
  /\b(?:support|security|help ?desk|it (?:desk|team|department|admin)|administrator|admin team|mail ?(?:delivery|admin|team|server|box)|web ?mail|account (?:team|service)|billing|customer (?:care|service)|human resources|hr department|payroll|notification|compliance|legal department|bank|delivery|courier|lottery|foundation|united nations|fbi|director|barrister)\b/
/** A brand that the text speaks of and that the sender is not. One that it is makes up for the others. */
function spoofed(text: string, { organisation, domain }: Sender): string | undefined {
  const named = brandsIn(text)
  const [first] = named
  // Who has a free mail address of that brand is its customer.
  const owned = !isFreeMail(domain) && named.some(brand => isOwnedBy(brand, organisation) || isOwnedBy(brand, domain))
  return first && !owned ? first.name : undefined
}

/** DMARC passes, or would perhaps if the host knew the client. */
const isPossible = ({ result }: Dmarc): boolean => result === 'pass' || result === 'unknown'

const isOtherTld = (organisation: string, own: string): boolean =>
  organisation !== own && organisation.split('.', 1)[0] === own.split('.', 1)[0]

const organisationOf = (domain: string): string => organisationalDomain(domain) ?? domain

function looksLike(organisation: string, own: string): boolean {
  if (organisation === own) return false
  const [label = '', other = ''] = [organisation.split('.', 1)[0], own.split('.', 1)[0]]
  return isAltered(label, other) || (other.length >= 6 && label !== other && label.split('-').includes(other))
}

/** The words of a name in plain letters and one order: `Example, Alice` is `Alice Example`. */
const wordsOf = (name: string): string =>
  plain(name.slice(0, 200))
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')
    .toSorted()
    .join(' ')
