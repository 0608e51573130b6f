/** Rules for authors that claim to be a well-known brand, the organisation of the recipient or an office. */

import { organisationOf } from '../../../dns/organisation.ts'
import type { Brand } from '../../../links/brands.ts'
import { isFreeMail } from '../../../links/hosting.ts'
import { plain } from '../../../links/plain.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { Sender } from '../../rules/view.ts'
import type { ImpersonationView } from './impersonation-view.ts'

export const brandRules = {
  'impersonation/brand': {
    group: 'brand',
    fires:
      'The display name is a well-known brand, and neither the address nor a signature is of its domains; the name has no other name of the author’s organisation.',
    points: 3.5,
    find: seen => {
      const { from, brands, policy } = seen
      const brand = from && spoofed(seen, from.display)
      if (!from || !brand) return undefined
      if (!isFreeMail(from.domain) && brands.hasOwnName(from.display, from.organisation)) return undefined
      if (policy.result === 'pass' && (isPersonOf(brand, from) || isThrough(from))) return undefined
      // Servers of small firms have no DMARC policy: `WordPress <wordpress@host>` of each web site.
      if (policy.result !== 'fail' && brand.software && isNamedAlike(brand, from)) return undefined
      return `${quote(from.display)} claims to be ${brand.name}, and writes from ${quote(from.domain)}`
    },
  },
  'impersonation/disguised-brand': {
    group: 'brand',
    fires:
      'The display name or the subject spells a well-known brand in a way that people read and programs do not: look-alike letters, digits for letters, blanks between letters.',
    points: 3.5,
    find: seen => {
      const { from, subject, shownName, title, brands } = seen
      if (!from || (isSimple(shownName) && isSimple(title))) return undefined
      const shown = [from.display, subject].find(text => brands.disguisedBrandIn(text))
      const brand = shown && brands.disguisedBrandIn(shown)
      if (!brand || isSender(seen, brand)) return undefined
      return `${quote(shown)} spells ${brand.name} with other characters`
    },
  },
  'impersonation/brand-unproven': {
    group: 'brand',
    fires:
      'The author is in the domain of a well-known brand, DMARC fails, and the message has no signature of that domain.',
    points: 3,
    find: ({ from, brands, policy, signatures, list }) => {
      if (!from || list || policy.result !== 'fail' || isFreeMail(from.domain)) return undefined
      const brand = brands.brandOf(from.domain)
      // A signature that a forwarder broke is a sign that the brand wrote the message.
      if (!brand || signatures.some(({ domain }) => brands.isOwnedBy(brand, domain))) return undefined
      return `the author writes from ${quote(from.domain)} of ${brand.name}, and nothing proves it`
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
    find: seen => {
      const { from } = seen
      const local = from?.local.replace(/[._+-]/g, ' ') ?? ''
      const brand = from && spoofed(seen, local)
      // People have the names of companies, and software has a mailbox on each of its hosts.
      if (!brand || brand.software || brand.ordinary.has(plain(local).trim())) return undefined
      return `${quote(from.local)} claims to be ${brand.name}, and writes from ${quote(from.domain)}`
    },
  },
  'impersonation/brand-in-subject': {
    group: 'brand',
    fires:
      'The subject is a well-known brand, or names it and an account, a payment or a parcel, and the author is not that brand; forwarded mail is exempt.',
    points: 1.5,
    max: 1.5,
    find: seen => {
      const { from, subject, title, list } = seen
      if (!from || list || subject.length > MAX_SUBJECT || FORWARDED.test(subject)) return undefined
      // Most subjects are too long for a name alone, and are about nothing of this.
      const isAbout = ACCOUNT.test(title.text)
      if (!isAbout && title.text.length > MAX_BRAND) return undefined
      const brand = spoofed(seen, subject)
      if (!brand || !(isAbout || brand.words.includes(title.text.trim()))) return undefined
      return `the subject ${quote(subject)} names ${brand.name}, and the author writes from ${quote(from.domain)}`
    },
  },
  'impersonation/brand-in-text': {
    group: 'brand',
    fires:
      'The text names one well-known brand repeatedly and a threat to an account, and neither the author nor a link belongs to that brand.',
    points: 2.5,
    find: seen => {
      const { from, words, clicks, list, brands, accountThreats } = seen
      // The threat is looked up first: most texts have none.
      if (!from || list || clicks.length === 0 || accountThreats() < 2) return undefined
      const named = brands.brandsOften(words, 2)
      const owned = (brand: Brand) =>
        isSender(seen, brand) || [from, ...clicks].some(({ domain = '' }) => brands.isOwnedBy(brand, domain))
      const [brand] = named
      // A text that names several brands is about brands, and every receipt names a card.
      if (!brand || named.length > 2 || named.some(owned) || CARDS.has(brand.name)) return undefined
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
    find: ({ from, message }) => {
      // Mail services send their bounces from domains of their users.
      if (!from || message.reversePath === '' || /^(?:mailer-daemon|postmaster)$/i.test(from.local)) return undefined
      if (!isFreeMail(from.domain) || !OFFICE.test(plain(from.display))) return undefined
      return `${quote(from.display)} writes from the free mail service ${quote(from.domain)}`
    },
  },
} satisfies Readonly<Record<string, Rule<ImpersonationView>>>

const ACCOUNT =
  /\b(?:account|suspend|suspicious|verif|unusual|sign-?in|log-?in|locked|limited|restrict|payment|invoice|order|refund|subscription|renew|expire|storage|deliver|package|parcel|shipment|wallet|password|security|unauthori[sz]ed|confirm|update|reward|gift|winner|conta|cuenta|compte|konto|fatura|factura|facture|rechnung|paket|paquete|colis|pacco)/
const OFFICE =
  /\b(?:support|security|help ?desk|it (?:desk|team|department|admin)|administrator|admin team|mail ?(?:delivery|admin|team|server|box)|web ?mail|account (?:team|service)|billing|customer (?:care|service)|human resources|hr department|payroll|notification|compliance|legal department|bank|delivery|courier|lottery|foundation|united nations|fbi|director|barrister)\b/

const MAX_SUBJECT = 500
/** No name of a brand is longer. */
const MAX_BRAND = 40
/** People forward the mail of brands. */
const FORWARDED = /^\s*(?:fwd?|wg|tr|enc|rv|i|vl|vs|doorst|pd):/i
const CARDS = new Set(['Visa', 'Mastercard', 'American Express'])

const isSimple = ({ others, disguises }: ImpersonationView['title']): boolean =>
  others.length === 0 && disguises.length === 0

/** Tells whether the sender belongs to the brand, or a signature of the brand proves the message. */
const isSender = ({ from, signers, brands }: ImpersonationView, brand: Brand): boolean =>
  from !== undefined && brands.isFrom(brand, { local: from.local, domain: from.domain, signers })

/** The brand that a text names. If the sender belongs to one of the brands in it, none is spoofed. */
function spoofed(seen: ImpersonationView, text: string): Brand | undefined {
  const named = seen.brands.brandsIn(text)
  return named.some(brand => isSender(seen, brand)) ? undefined : named[0]
}

/** An author whose name is the brand’s: `Chase <chase@example.org>`. */
const isPersonOf = (brand: Brand, from: Sender): boolean =>
  brand.ordinary.has(plain(from.display).trim()) && plain(from.display).trim() === plain(from.local)

/** Software that writes under its name: `cPanel <cpanel@host>`. The local part says the same as the display name. */
function isNamedAlike({ words }: Brand, { display, local }: Sender): boolean {
  const name = plain(display).trim()
  return name === plain(local) && words.includes(name)
}

/** A proven author that names itself as the way the message took: `DPD (via Allegro)` of allegromail.example. */
function isThrough({ display, organisation }: Sender): boolean {
  const via = /(?:^|[\s(])via ([^)]{3,60})\)?\s*$/i.exec(display.slice(0, 200))?.[1]
  const [label = ''] = organisation.split('.', 1)
  return (
    via !== undefined &&
    plain(via)
      .split(/[^a-z0-9]+/)
      .some(word => word.length >= 4 && label.includes(word))
  )
}
