/** Rules for authors that claim to be a well-known brand, the organisation of the recipient or an office. */

import { organisationOf } from '../../../dns/organisation.ts'
import type { Brand } from '../../../links/brands.ts'
import { isFreeMail } from '../../../links/hosting.ts'
import { plain } from '../../../links/plain.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { Sender } from '../../rules/view.ts'
import type { Brands, ImpersonationView } from './impersonation-view.ts'

export const brandRules = {
  'impersonation/brand': {
    group: 'brand',
    fires: 'The display name is a well-known brand, and the address is not in its domains.',
    points: 3.5,
    find: ({ from, brands }) => {
      const brand = from && spoofed(brands, from.display, from)
      return brand && `${quote(from.display)} claims to be ${brand}, and writes from ${quote(from.domain)}`
    },
  },
  'impersonation/brand-in-address': {
    group: 'brand',
    fires:
      'The author’s domain contains the name of a well-known brand, or resembles it, and does not belong to that brand.',
    points: 3.5,
    find: ({ from, brands }) => {
      const found = from && brands.looksLikeBrand(from.domain)
      return found && `the author’s domain ${quote(from.domain)} ${found.how}`
    },
  },
  'impersonation/brand-in-local-part': {
    group: 'brand',
    fires: 'The local part is the name of a well-known brand, and the domain does not belong to that brand.',
    points: 2,
    find: ({ from, brands }) => {
      const brand = from && spoofed(brands, from.local.replace(/[._+-]/g, ' '), from)
      return brand && `${quote(from.local)} claims to be ${brand}, and writes from ${quote(from.domain)}`
    },
  },
  'impersonation/brand-in-subject': {
    group: 'brand',
    fires:
      'The subject names a well-known brand and an account, a payment or a parcel, and the author is not that brand.',
    points: 1.5,
    max: 1.5,
    find: ({ from, subject, list, brands }) => {
      if (!from || list || !ACCOUNT.test(plain(subject))) return undefined
      const brand = spoofed(brands, subject, from)
      return brand && `the subject ${quote(subject)} names ${brand}, and the author writes from ${quote(from.domain)}`
    },
  },
  'impersonation/brand-in-text': {
    group: 'brand',
    fires:
      'The text names one well-known brand repeatedly and a threat to an account, and neither the author nor a link belongs to that brand.',
    points: 2.5,
    find: ({ from, words, clicks, list, brands, accountThreats }) => {
      // The threat is looked up first: most texts have none.
      if (!from || list || clicks.length === 0 || accountThreats() < 2) return undefined
      const named = brands.brandsOften(words, 2)
      const owned = (brand: Brand) => [from, ...clicks].some(({ domain = '' }) => brands.isOwnedBy(brand, domain))
      const [brand] = named
      // A text that names several brands is about brands.
      if (!brand || named.length > 2 || named.some(owned)) return undefined
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
} satisfies Readonly<Record<string, Rule<ImpersonationView>>>

const ACCOUNT =
  /\b(?:account|suspend|suspicious|verif|unusual|sign-?in|log-?in|locked|limited|restrict|payment|invoice|order|refund|subscription|renew|expire|storage|deliver|package|parcel|shipment|wallet|password|security|unauthori[sz]ed|confirm|update|reward|gift|winner|conta|cuenta|compte|konto|fatura|factura|facture|rechnung|paket|paquete|colis|pacco)/
const OFFICE =
  /\b(?:support|security|help ?desk|it (?:desk|team|department|admin)|administrator|admin team|mail ?(?:delivery|admin|team|server|box)|web ?mail|account (?:team|service)|billing|customer (?:care|service)|human resources|hr department|payroll|notification|compliance|legal department|bank|delivery|courier|lottery|foundation|united nations|fbi|director|barrister)\b/
/**
 * The brand that the text names and the sender does not belong to. If the sender belongs to one of the brands, none is
 * spoofed.
 */
function spoofed({ brandsIn, isOwnedBy }: Brands, text: string, { organisation, domain }: Sender): string | undefined {
  const named = brandsIn(text)
  const [first] = named
  // An address at the free mail service of a brand belongs to a customer, not to the brand.
  const owned = !isFreeMail(domain) && named.some(brand => isOwnedBy(brand, organisation) || isOwnedBy(brand, domain))
  return first && !owned ? first.name : undefined
}
