/** IP addresses: read strictly, written in one form, cut to their networks. IPv4 is never kept as IPv6. */
import { createRequire } from 'node:module'
import { lazy } from '../model/lazy.ts'
import { at, putGroup, readGroups, readQuad } from './words.ts'

/** How many 32-bit words an address has: 1 for IPv4, 4 for IPv6, 0 for what is no address. */
export type Width = 0 | 1 | 4

/** The longest text of an address: an IPv6 address that ends in a dotted quad (RFC 4291 §2.2), with room for a zone. */
const MAX_TEXT_LENGTH = 64

/** For the forms that no socket reports, and to write an IPv6 address. */
const ipaddr = lazy(() => createRequire(import.meta.url)('ipaddr.js') as typeof import('ipaddr.js'))

/**
 * Reads `text` into the first words of `into` and tells how many there are. Allocates nothing for the forms
 * that a socket reports. An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) is read as IPv4; a zone (`%eth0`) is
 * passed over.
 */
export function readAddress(text: string, into: Uint32Array): Width {
  if (text.length > MAX_TEXT_LENGTH) return 0
  if (!text.includes(':')) return readQuad(text, 0, into, 0) ? 1 : 0
  return readGroups(text, into) || readOddForm(text, into) ? unmapped(into) : 0
}

/**
 * The canonical form (RFC 5952 for IPv6), or undefined when `text` is no IP address. Octal and short forms are none.
 */
export function canonical(text: string): string | undefined {
  const words = new Uint32Array(4)
  const width = readAddress(text, words)
  // A dotted quad is read in its one form only.
  if (width === 1 && !text.includes(':')) return text
  return width === 0 ? undefined : written(words, width)
}

/** The canonical form of an address that {@link readAddress} has read. */
export function written(words: Uint32Array, width: Width): string {
  const octets = octetsOf(words, width)
  return width === 1 ? octets.join('.') : new (ipaddr().IPv6)(octets).toRFC5952String()
}

/** The bytes of an address, most significant first: 4, 16, or none when `text` is no IP address. */
export function toOctets(text: string): readonly number[] {
  const words = new Uint32Array(4)
  return octetsOf(words, readAddress(text, words))
}

/**
 * The network in which a client is counted. One customer commonly holds a whole IPv6 /64, so that single IPv6
 * addresses identify nobody. What is no IP address is returned as it is.
 *
 * @example
 * networkOf('192.0.2.77') // '192.0.2.0/24'
 */
export function networkOf(
  ip: string,
  {
    v4 = 24,
    v6 = 64,
  }: {
    /** Prefix length for IPv4. @default 24 */
    readonly v4?: number
    /** Prefix length for IPv6. @default 64 */
    readonly v6?: number
  } = {},
): string {
  const words = new Uint32Array(4)
  const width = readAddress(ip, words)
  if (width === 0) return ip
  const prefix = width === 1 ? v4 : v6
  mask(words, width, prefix)
  return `${written(words, width)}/${prefix}`
}

/** Clears all bits beyond the prefix. */
export function mask(words: Uint32Array, width: Width, prefix: number): void {
  for (let index = 0; index < width; index += 1) {
    const kept = Math.min(Math.max(prefix - 32 * index, 0), 32)
    words[index] = kept === 0 ? 0 : at(words, index) & (0xffffffff << (32 - kept))
  }
}

const octetsOf = (words: Uint32Array, width: Width): number[] =>
  Array.from({ length: 4 * width }, (_, index) => (at(words, index >> 2) >>> (24 - 8 * (index & 3))) & 255)

/** A dotted quad at the end, or a zone: rare, so left to the library. */
function readOddForm(text: string, into: Uint32Array): boolean {
  const zone = text.indexOf('%')
  const address = zone < 0 ? text : text.slice(0, zone)
  if (zone < 0 ? !address.includes('.') : !/^%[\w.-]+$/.test(text.slice(zone))) return false
  // The library reads a quad's leading zeros as octal.
  if (address.includes('.') && !readQuad(address, address.lastIndexOf(':') + 1, into, 0)) return false
  const { IPv6 } = ipaddr()
  if (!IPv6.isValid(address)) return false
  into.fill(0)
  for (const [index, group] of IPv6.parse(address).parts.entries()) putGroup(into, index, group)
  return true
}

/** RFC 4291 §2.5.5.2: `::ffff:0:0/96` is IPv4. */
function unmapped(words: Uint32Array): Width {
  if (at(words, 0) !== 0 || at(words, 1) !== 0 || at(words, 2) !== 0xffff) return 4
  words[0] = at(words, 3)
  return 1
}
