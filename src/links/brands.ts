/** Brands that phishing imitates, and the domains that they use. The option `protect` is for your own domains. */
import { organisationOf } from '../dns/organisation.ts'
import { TABLE } from './brand-table.ts'
import { plain } from './plain.ts'
import { SubstringIndex } from './substring-index.ts'
import { isCheapTld } from './tlds.ts'

export interface Brand {
  readonly name: string
  /** The names of the brand, in plain lower-case letters. */
  readonly words: readonly string[]
  /** Names that are ordinary words: they count only alone, or beside a word such as `support`. */
  readonly ordinary: ReadonlySet<string>
  /**
   * The first labels of the organisational domains it uses: `paypal` for `paypal.com` and `paypal.de`; or whole
   * domains.
   */
  readonly owns: readonly string[]
}

export const brands: readonly Brand[] = TABLE.trim()
  .split('\n')
  .map(line => {
    const colon = line.indexOf(': ')
    const [called = '', owned = ''] = line.slice(colon + 2).split(' | ')
    const written = called.split(', ')
    const words = written.map(word => plain(word.replace('~', '')))
    return {
      name: line.slice(0, colon),
      words,
      owns: owned.split(' '),
      ordinary: new Set(words.filter((_, index) => written[index]?.startsWith('~'))),
    }
  })

/** Words beside which an ordinary word is the name of a company. */
const SERVICE =
  /\b(?:support|team|security|services?|id|accounts?|alerts?|billing|customers?|care|notifications?|notice|rewards?|bank|cards?|online|pay|payments?|verification|verify|help|helpdesk|winner|prime|store|shipper|shipment|delivery|express|parcel|tracking|refund|live|wallet|admin|update|bonus|gift)\b/

/** Replaces digits and signs that stand for letters. A capital I between small letters is read as l. */
const unmasked = (display: string, one: 'l' | 'i'): string =>
  NO_MASK.test(display) ? plain(display) : unmaskedSlowly(display, one)

/** Most names have no character that is replaced. */
const NO_MASK = /^[ A-HJ-Za-z.,:;!?'"&()/_-]*$/

const unmaskedSlowly = (display: string, one: 'l' | 'i'): string =>
  plain(display.replace(/(?<=[a-z])I(?=[a-z])|(?<=[a-z])I\b/g, 'l'))
    .replace(/(?<=[a-z])0(?=[a-z])/g, 'o')
    .replace(/(?<=[a-z])1(?=[a-z])/g, one)
    .replace(/(?<=[a-z])3(?=[a-z])/g, 'e')
    .replace(/(?<=[a-z])5(?=[a-z])/g, 's')
    .replace(/(?<=[a-z])@(?=[a-z])/g, 'a')
    .replaceAll('$', 's')
    .replace(/[®™©]/g, '')

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

/**
 * The brands that a display name or a subject names. Examines 200 characters.
 *
 * @param among for tests, which look for every brand
 */
export function brandsIn(text: string, among: Among = names => byStart.candidates(names)): readonly Brand[] {
  const start = text.slice(0, 200)
  const names = /[a-z]1[a-z]/i.test(start) ? [unmasked(start, 'l'), unmasked(start, 'i')] : [unmasked(start, 'l')]
  return among(names.join('\n')).filter(brand => names.some(name => isNamed(brand, name)))
}

const isNamed = ({ words, ordinary }: Brand, name: string): boolean =>
  words.some(word => {
    if (!holds(name, word)) return false
    if (!ordinary.has(word)) return true
    return name.replace(/[^a-z0-9&' -]/g, '').trim() === word || SERVICE.test(name)
  })

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

/** Tells whether the domain belongs to the brand. Under a cheap TLD the label alone proves nothing. */
export function isOwnedBy({ owns }: Brand, domain: string): boolean {
  const organisation = organisationOf(domain)
  const [label = ''] = organisation.split('.', 1)
  return owns.some(own => {
    if (own.includes('.')) return organisation === own || domain.endsWith(`.${own}`) || organisation.endsWith(`.${own}`)
    if (isCheapTld(organisation)) return false
    if (own.endsWith('-')) return label.startsWith(own)
    return label.startsWith(own) && OWN_TLDS.has(label.slice(own.length).replace(/^-/, ''))
  })
}
