/** Recognizes host names that contain the name of a brand that does not own them, or resemble it. */
import { type Brand, brands, isOfCustomers, isOwnedBy } from './brands.ts'
import { SubstringIndex } from './substring-index.ts'

/** A label that is too long to be part of other names by accident, and its brand. */
export type Distinctive = readonly [name: string, brand: Brand]

/** @internal */
export const distinctive: readonly Distinctive[] = [
  ...new Map(
    brands.flatMap(brand =>
      brand.ordinary.size > 0 || brand.software
        ? []
        : [...new Set(brand.words.map(word => word.replace(/[^a-z0-9]/g, '')))]
            .filter(label => /^[a-z0-9]{5,}$/.test(label))
            .map(label => [label, brand] as const),
    ),
  ),
]

/** Names that are so short or so common inside others that only a whole part between hyphens counts. */
const PARTS_ONLY = new Set([
  'cloud',
  'phantom',
  'office',
  'serasa',
  'caixa',
  'ameli',
  'lowes',
  'kroger',
  'mygov',
  'norton',
  'poste',
  'wise',
  'costco',
  'orange',
  'telekom',
  'intuit',
  'correos',
  'orders',
  'azure',
  'venmo',
  'adobe',
  'zelle',
  'livelo',
  'santander',
  'citibank',
  'google',
  'apple',
  'amazon',
  'interac',
  'walmart',
  'github',
  'disney',
  'booking',
  'experian',
  'rakuten',
  'samsung',
  'aetna',
  'chase',
  'lloyds',
  'audible',
  'shein',
  'ezpass',
  'usbank',
  'revolut',
  'ingbank',
  'tdbank',
  'tmobile',
  'openai',
  'chatgpt',
  'kakao',
  'naver',
  'docomo',
  'interpol',
  'europol',
  'gandi',
  'avast',
  'inpost',
  'nordea',
])

/** The length of a name from which one changed letter is an imitation. */
const MIN_EDITED = 8

/** A host name that imitates a brand. */
export interface LookAlike {
  readonly brand: Brand
  /** The predicate of a reason: `contains the name of PayPal`. */
  readonly how: string
}

/**
 * Finds a brand whose name the host contains without belonging to it: as a label, as a part of one, with digits for
 * letters, or with a letter changed. A name such as `paypal.com.example.org` counts too; the names of a brand's
 * customers (`tenant.onmicrosoft.com`) do not.
 *
 * @param skeleton the ASCII host that a host in other letters looks like
 * @param among for tests, which compare every name
 */
export function looksLikeBrand(host: string, skeleton?: string, among = candidates): LookAlike | undefined {
  if (isOfCustomers(host)) return undefined
  if (skeleton !== undefined) {
    const brand = brands.find(one => one.ordinary.size === 0 && isOwnedBy(one, skeleton))
    return brand ? { brand, how: `looks like the name of ${brand.name}` } : looksLikeBrand(skeleton, undefined, among)
  }
  const labels = host.slice(0, 253).split('.').slice(0, -1)
  for (const label of labels) {
    const parts = label.split(/[-_]/)
    for (const [name, brand] of among(label, parts)) {
      const spelt = parts.includes(name) || (!PARTS_ONLY.has(name) && name.length >= 6 && label.includes(name))
      const altered = !spelt && parts.some(part => isAltered(part, name))
      if ((spelt || altered) && !isOwnedBy(brand, host))
        return { brand, how: spelt ? `contains the name of ${brand.name}` : `resembles the name of ${brand.name}` }
    }
  }
  return undefined
}

const bySubstring = new SubstringIndex(distinctive, ([name]) => [name])
const byLook = Map.groupBy(distinctive, ([name]) => lookOf(name))
const longByFirstLetter = Map.groupBy(
  distinctive.filter(([name]) => name.length >= MIN_EDITED),
  ([name]) => name[0],
)

/** The names that a label may contain or resemble, in the order of the table: a tenth of the time. */
function candidates(label: string, parts: readonly string[]): readonly Distinctive[] {
  const found = [...bySubstring.candidates(label), ...parts.flatMap(resembling)]
  if (found.length < 2) return found
  const unique = new Set(found)
  return distinctive.filter(entry => unique.has(entry))
}

function resembling(part: string): readonly Distinctive[] {
  const alike = byLook.get(lookOf(lettersOf(part))) ?? []
  const edited = part.length < MIN_EDITED - 1 ? [] : (longByFirstLetter.get(part[0]) ?? [])
  return [...alike, ...edited.filter(([name]) => isAltered(part, name))]
}

const DIGITS: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '8': 'b' }

/**
 * Digits for letters, `rn` for `m`, `vv` for `w`, or one letter of a long name left out, doubled, or changed for
 * another.
 */
export function isAltered(part: string, name: string): boolean {
  if (part === name || Math.abs(part.length - name.length) > 1 || name.length < 5) return false
  if (lookOf(lettersOf(part)) === lookOf(name)) return true
  return name.length >= MIN_EDITED && part[0] === name[0] && isOneEdit(part, name)
}

/** The letters that the digits and pairs of letters of a part look like. */
const lettersOf = (part: string): string =>
  part
    .replace(/[013458]/g, digit => DIGITS[digit] ?? digit)
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')

/** `i` and `l` look alike. */
function lookOf(letters: string): string {
  return letters.replaceAll('i', 'l')
}

function isOneEdit(one: string, other: string): boolean {
  let head = 0
  while (head < one.length && one[head] === other[head]) head += 1
  let tail = 0
  while (tail < Math.min(one.length, other.length) - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1
  const left = Math.max(one.length, other.length) - head - tail
  // Two transposed letters are one typing error.
  const swapped =
    left === 2 && one.length === other.length && one[head] === other[head + 1] && one[head + 1] === other[head]
  return left <= 1 || swapped
}
