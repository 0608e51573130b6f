/** Recognizes host names that contain the name of a brand that does not own them, or resemble it. */
import { organisationOf } from '../dns/organisation.ts'
import { type Brand, brands, isOwnedBy } from './brands.ts'

/** Labels that are too long to be part of other names by accident. */
const DISTINCTIVE: ReadonlyMap<string, Brand> = new Map(
  brands.flatMap(brand =>
    brand.ordinary.size > 0
      ? []
      : [...new Set(brand.words.map(word => word.replace(/[^a-z0-9]/g, '')))]
          .filter(label => /^[a-z0-9]{5,}$/.test(label))
          .map(label => [label, brand] as const),
  ),
)

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
])

/** A host name that imitates a brand. */
export interface LookAlike {
  readonly brand: Brand
  /** The predicate of a reason: `contains the name of PayPal`. */
  readonly how: string
}

/**
 * Finds a brand whose name the host contains without belonging to it: as a label, as a part of one, with digits for
 * letters, or with a letter changed. A name such as `paypal.com.example.org` counts too.
 *
 * @param skeleton the ASCII host that a host in other letters looks like
 */
export function looksLikeBrand(host: string, skeleton?: string): LookAlike | undefined {
  if (skeleton !== undefined) {
    const brand = brands.find(one => one.ordinary.size === 0 && isOwnedBy(one, skeleton))
    return brand ? { brand, how: `looks like the name of ${brand.name}` } : looksLikeBrand(skeleton)
  }
  const organisation = organisationOf(host)
  const labels = host.slice(0, 253).split('.').slice(0, -1)
  for (const label of labels) {
    const parts = label.split(/[-_]/)
    for (const [name, brand] of DISTINCTIVE) {
      const spelt = parts.includes(name) || (!PARTS_ONLY.has(name) && name.length >= 6 && label.includes(name))
      const altered = !spelt && parts.some(part => isAltered(part, name))
      if ((spelt || altered) && !isOwnedBy(brand, organisation))
        return { brand, how: spelt ? `contains the name of ${brand.name}` : `resembles the name of ${brand.name}` }
    }
  }
  return undefined
}

const DIGITS: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '8': 'b' }

/**
 * Digits for letters, `rn` for `m`, `vv` for `w`, or one letter of a long name left out, doubled, or changed for
 * another.
 */
export function isAltered(part: string, name: string): boolean {
  if (part === name || Math.abs(part.length - name.length) > 1 || name.length < 5) return false
  const read = part
    .replace(/[013458]/g, digit => DIGITS[digit] ?? digit)
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
  if (read === name || read.replaceAll('i', 'l') === name.replaceAll('i', 'l')) return true
  return name.length >= 8 && part[0] === name[0] && isOneEdit(part, name)
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
