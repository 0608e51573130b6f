/** Brands that phishing imitates, and the domains that they use. The option `protect` is for your own domains. */
import { organisationOf } from '../dns/organisation.ts'
import { type Brand, readBrands } from './brand.ts'
import { TABLE } from './brand-table.ts'
import { REGIONS } from './brand-table-regions.ts'
import { isFreeMail } from './hosting.ts'
import { plain } from './plain.ts'
import { MAX_SKELETON_LENGTH, Skeleton } from './skeleton.ts'
import { SubstringIndex } from './substring-index.ts'
import { isCheapTld } from './tlds.ts'

export type { Brand } from './brand.ts'

export const brands: readonly Brand[] = [...readBrands(TABLE), ...readBrands(REGIONS)]

/** Words with which a company names its services: an ordinary word beside nothing but these is the company. */
const SERVICE = new Set(
  (
    'support team security service services id ids account accounts alert alerts billing customer customers care contact ' +
    'notification notifications notice notices reward rewards bank banking card cards online pay payment payments inc llc ' +
    'verification verify help helpdesk desk center centre winner prime store shipper shipment shipping delivery express ' +
    'parcel package tracking refund refunds live wallet admin update updates bonus gift subscription renewal renewed ' +
    'order orders invoice receipt receipts protection antivirus plan member membership loyalty survey department dept ' +
    'official info information mail email message messages no reply noreply donotreply do not your my our the from ' +
    'of for and new important urgent confirm confirmation code login sign in secure safe transaction transactions office ' +
    'promo promotion promotions news newsletter com org net gov usa us uk eu international global corporation corp ltd ' +
    'foundation airdrop token tokens nano x ag gmbh sa spa pontos suporte atendimento soporte servicio cliente clientes ' +
    'servizio clienti kundenservice kundendienst sicherheit konto service-client client banco banque banca equipe equipo ' +
    'surprise deal deals device devices digital mobile app business pro plus premium one reviews winners limited'
  ).split(' '),
)

/** Tells whether an ordinary word is the name of a company in a text: nothing else is in it that would be a name. */
const isCompany = (name: string, word: string): boolean =>
  name.length <= 100 &&
  name
    .replace(word, ' ')
    .split(/[^a-z0-9]+/)
    .every(other => other === '' || SERVICE.has(other) || /\d/.test(other))

const isWordCharacter = (character: string): boolean => /[a-z0-9\u3040-\u9fff]/.test(character)

function holds(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + word.length] ?? ' ']
    if (!/[a-z]/.test(word) || (!isWordCharacter(before) && !isWordCharacter(after))) return true
  }
  return false
}

/** Chooses the brands that are looked for in a text. */
type Among = (text: string) => readonly Brand[]

/** A few of all brands remain for a name: the search takes a quarter of the time. */
const byStart = new SubstringIndex(brands, ({ words }) => words, 3)

/** Characters of a name or a subject that are examined. */
const MAX_NAME_LENGTH = 200

/**
 * The brands that a display name or a subject names, disguised or not. Examines 200 characters.
 *
 * @param among for tests, which look for every brand
 */
export function brandsIn(text: string, among: Among = names => byStart.candidates(names)): readonly Brand[] {
  const { text: first, others } = new Skeleton(text.slice(0, Math.min(MAX_NAME_LENGTH, MAX_SKELETON_LENGTH)))
  const names = [first, ...others].map(name => name.replace(/[®™©]/g, ''))
  return among(names.join('\n')).filter(brand => names.some(name => isNamed(brand, name)))
}

/** The brand that a text names only for people: letters that look like others, blanks or signs between letters. */
export function disguisedBrandIn(text: string): Brand | undefined {
  const found = brandsIn(text)
  if (found.length === 0) return undefined
  const start = text.slice(0, MAX_NAME_LENGTH)
  // Marks and hyphens are other spellings (`Nestlé`, `Pay-Pal`), and so are letters of full width in East Asian text.
  const spelt = start
    .normalize(EAST_ASIAN.test(start) ? 'NFKD' : 'NFD')
    .replace(/[\u0300-\u0331\u3099\u309a]/g, '')
    .replaceAll('\u2019', "'")
    .toLowerCase()
  const readings = [spelt, spelt.replace(/(?<=[a-z])[-.'](?=[a-z])/g, ''), spelt.replace(/[^\p{L}\p{N}]+/gu, ' ')]
  return found.find(brand => !brand.words.some(word => readings.some(reading => reading.includes(word))))
}

/**
 * Tells whether a display name has, beside the brand, a name of the sender's organisation: `Vodafone Shop Larchfield`
 * of larchfield-phones.example, `cPanel on web1.larchfield.example` of that host. A brand is then what the firm works
 * with.
 *
 * @param display the display name
 * @param organisation the organisational domain of the sender
 */
export function hasOwnName(display: string, organisation: string): boolean {
  const [label = ''] = organisation.split('.', 1)
  const own = label.replaceAll('-', '')
  const ofBrands = new Set(brandsIn(display).flatMap(({ words }) => words.flatMap(word => word.split(' '))))
  return plain(display.slice(0, MAX_NAME_LENGTH))
    .split(/[^\p{L}\p{N}]+/u)
    .some(word => word.length >= 4 && own.includes(word) && !ofBrands.has(word) && !SERVICE.has(word))
}

const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

const isNamed = ({ words, ordinary }: Brand, name: string): boolean =>
  words.some(word => holds(name, word) && (!ordinary.has(word) || isCompany(name, word)))

/** Words that are long enough to be counted in a text. */
const distinctWords = ({ words, ordinary }: Brand): readonly string[] =>
  words.filter(word => !ordinary.has(word) && word.length >= 4)

/** One pass over 5,000 characters takes a fifteenth of a search for each word. */
const byLongStart = new SubstringIndex(brands, distinctWords)

/**
 * The brands that a text names at least `times` times. Examines 5000 characters in plain letters, and ignores ordinary
 * words.
 *
 * @param among for tests, which look for every brand
 */
export function brandsOften(
  words: string,
  times: number,
  among: Among = text => byLongStart.candidates(text),
): readonly Brand[] {
  const text = words.slice(0, 5000)
  return among(text).filter(brand => distinctWords(brand).some(word => occurs(text, word, times)))
}

function occurs(text: string, word: string, times: number): boolean {
  let at = -1
  for (let count = 0; count < times; count += 1) {
    at = text.indexOf(word, at + 1)
    if (at < 0) return false
  }
  return true
}

/** Suffixes of the labels of domains that brands use for mail. */
const OWN_TLDS = new Set(['', 'mail', 'email', 'emails', 'usa', 'us', 'uk', 'eu', 'news', 'inc', 'group', 'corp'])

/**
 * Tells whether the domain belongs to the brand. Under a cheap TLD and under most of the new ones (`.support`, `.shop`)
 * the label alone proves nothing, and below a domain that the brand gives to customers no name does.
 */
export function isOwnedBy({ owns, customers }: Brand, domain: string): boolean {
  if (customers.some(own => isBelow(domain, own))) return false
  const organisation = organisationOf(domain)
  const [label = ''] = organisation.split('.', 1)
  return owns.some(own => {
    if (own.startsWith('.')) return domain.endsWith(own)
    if (own.includes('.')) return isBelow(domain, own) || isBelow(organisation, own)
    if (!isUsual(organisation)) return false
    if (own.endsWith('-')) return label.startsWith(own)
    return label.startsWith(own) && OWN_TLDS.has(label.slice(own.length).replace(/^-/, ''))
  })
}

const USUAL_TLDS = new Set(['com', 'net', 'org', 'gov', 'edu', 'mil', 'int', 'coop', 'bank'])

/** Tells whether a brand would have registered its name under the TLD: that of a country, or an old one. */
function isUsual(organisation: string): boolean {
  const tld = organisation.slice(organisation.lastIndexOf('.') + 1)
  return (tld.length === 2 || USUAL_TLDS.has(tld)) && !isCheapTld(organisation)
}

const isBelow = (domain: string, own: string): boolean => domain === own || domain.endsWith(`.${own}`)

/** Domains that brands give to customers: their names are those of customers, and contain the brand's by nature. */
const CUSTOMERS = new Set(brands.flatMap(({ customers }) => customers))

/** Tells whether a brand gives names below this domain to its customers, such as `onmicrosoft.com`. */
export function isOfCustomers(host: string): boolean {
  for (let at = 0; at >= 0; at = host.indexOf('.', at + 1))
    if (CUSTOMERS.has(at === 0 ? host : host.slice(at + 1))) return true
  return false
}

/** Names that mail services keep for themselves in the domains of their users' addresses. */
const RESERVED =
  /^(?:postmaster|mailer-daemon|mail-noreply|no-?reply|account-security-noreply|microsoftexchange[0-9a-f]{32})$/i

/** A sender as far as brands are concerned. */
export interface BrandSender {
  readonly local: string
  readonly domain: string
  /** Domains that DKIM proves. */
  readonly signers?: readonly string[]
}

/**
 * Tells whether a sender belongs to the brand: by its domain, or by a signature of a domain of the brand. An address at
 * the free mail service of a brand belongs to a customer, except those that the service keeps for itself.
 */
export const isFrom = (brand: Brand, { local, domain, signers = [] }: BrandSender): boolean =>
  isFreeMail(domain)
    ? RESERVED.test(local) && isOwnedBy(brand, domain)
    : isOwnedBy(brand, domain) || signers.some(signer => !isFreeMail(signer) && isOwnedBy(brand, signer))

/** The brand that owns a domain. */
export const brandOf = (domain: string): Brand | undefined => brands.find(brand => isOwnedBy(brand, domain))

const OWNED: ReadonlySet<string> = new Set(brands.flatMap(({ owns }) => owns))

/**
 * Whether a brand may own this organisational domain: its label begins with what one owns, or it ends with that. Where
 * not, no brand is searched for, which took a sixteenth of a page of 5,000 links.
 */
export function mayBeOwned(domain: string): boolean {
  const dot = domain.indexOf('.')
  const label = dot < 0 ? domain.length : dot
  for (let length = 1; length <= label; length++) if (OWNED.has(domain.slice(0, length))) return true
  for (let at = 0; at >= 0; at = domain.indexOf('.', at + 1))
    if (OWNED.has(domain.slice(at === 0 ? 0 : at + 1))) return true
  return dot >= 0 && OWNED.has(domain.slice(domain.lastIndexOf('.')))
}

/** Whether one brand owns both organisational domains. */
export const haveSameOwner = (domain: string, other: string): boolean =>
  mayBeOwned(domain) && mayBeOwned(other) && brands.some(brand => isOwnedBy(brand, domain) && isOwnedBy(brand, other))
