/** How much an SPF pass proves: a record that passes half the Internet proves nothing about a client. */
import { isSpf } from './record.ts'

// An /8 is the largest network ever assigned to one holder (RFC 7249 §2.1). A /19 is as rare among IPv6 networks.
const MAX_IPV4 = 2 ** 24
const MAX_IPV4_PREFIX = 8
const MAX_IPV6_PREFIX = 19
const MAX_TERMS = 500

/**
 * Whether any of the records that were read passes clients that the domain does not control: `+all`, networks that are
 * together larger than an IPv4 /8, or `exists:` of a name that does not depend on the client.
 */
export function isPermissive(records: readonly string[]): boolean {
  const terms = records.filter(isSpf).flatMap(record => record.toLowerCase().split(' ').slice(1, MAX_TERMS))
  const passing = terms.filter(term => /^\+?[a-z]/.test(term)).map(term => term.replace(/^\+/, ''))
  const addresses = passing.reduce((sum, term) => sum + addressesIn(term), 0)
  return addresses > MAX_IPV4 || passing.some(isOpen)
}

/** How many IPv4 addresses an `ip4` term names. */
function addressesIn(term: string): number {
  if (!term.startsWith('ip4:')) return 0
  return 2 ** (32 - prefix(/\/(\d{1,2})$/.exec(term), 32))
}

function isOpen(term: string): boolean {
  if (term === 'all') return true
  // %{i}, %{c} and %{p} name the client; the client chooses %{h} and %{s} itself.
  if (term.startsWith('exists:')) return !/%\{[icp]/.test(term)
  if (term.startsWith('ip6:')) return prefix(/\/(\d{1,3})$/.exec(term), 128) < MAX_IPV6_PREFIX
  const [, name = ''] = /^(a|mx)(?:[:/]|$)/.exec(term) ?? []
  if (name === '') return false
  return (
    prefix(/[^/]\/(\d{1,2})(?:\/\/\d{1,3})?$/.exec(term), 32) < MAX_IPV4_PREFIX ||
    prefix(/\/\/(\d{1,3})$/.exec(term), 128) < MAX_IPV6_PREFIX
  )
}

const prefix = (match: RegExpExecArray | null, byDefault: number): number =>
  match === null ? byDefault : Number(match[1])
