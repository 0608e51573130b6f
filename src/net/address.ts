/** IP addresses: the only parser. Reads strictly, writes one form, cuts to networks. IPv4 is never kept as IPv6. */
import { formatIPv6, readIPv4, readIPv6, word } from './scan.ts'

/** How many 32-bit words an address has: 1 for IPv4, 4 for IPv6, 0 for text that is not an address. */
export type Width = 0 | 1 | 4

/** The longest text of an address: an IPv6 address that ends in a dotted quad (RFC 4291 §2.2), with room for a zone. */
const MAX_TEXT_LENGTH = 64

/**
 * Reads `text` into the first words of `into` and returns how many there are. Allocates nothing, except for addresses
 * with a zone. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is read as IPv4; a zone (`%eth0`) is ignored.
 */
export function readAddress(text: string, into: Uint32Array): Width {
  if (text.length > MAX_TEXT_LENGTH) return 0
  if (!text.includes(':')) return readIPv4(text, 0, into) ? 1 : 0
  const zone = text.indexOf('%')
  if (zone < 0) return readIPv6(text, into) ? unmap(into) : 0
  return ZONE.test(text.slice(zone)) && readIPv6(text.slice(0, zone), into) ? unmap(into) : 0
}

const ZONE = /^%[\w.-]+$/

/** Whether `text` is an IP address that {@link readAddress} reads. */
export const isAddress = (text: string): boolean => readAddress(text, scratch) > 0

// Only used between two statements, so one for all calls is enough.
const scratch = new Uint32Array(4)

/**
 * The canonical form (RFC 5952 for IPv6), or undefined when `text` is not an IP address. Octal and short forms are not.
 */
export function canonical(text: string): string | undefined {
  const width = readAddress(text, scratch)
  // Only one text form of an IPv4 address is read.
  if (width === 1 && !text.includes(':')) return text
  return width === 0 ? undefined : formatAddress(scratch, width)
}

/** The canonical form of an address that {@link readAddress} has read. */
export const formatAddress = (words: Uint32Array, width: Width): string =>
  width === 1 ? formatIPv4(word(words, 0)) : formatIPv6(words)

const formatIPv4 = (bits: number): string => `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`

/** The bytes of an address, most significant first: 4, 16, or none when `text` is not an IP address. */
export function addressBytes(text: string): readonly number[] {
  return bytesOf(scratch, readAddress(text, scratch))
}

/** Whether the first `prefix` bits of two addresses of equal width are the same. */
export function isWithin(address: Uint32Array, network: Uint32Array, prefix: number): boolean {
  for (let index = 0, left = prefix; left > 0; index += 1, left -= 32) {
    const bits = left >= 32 ? -1 : -1 << (32 - left)
    if (((word(address, index) ^ word(network, index)) & bits) !== 0) return false
  }
  return true
}

/**
 * The network that a client is counted under. One customer commonly holds a whole IPv6 /64, so a single IPv6 address
 * identifies no client. Text that is not an IP address is returned as it is.
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
  const width = readAddress(ip, scratch)
  if (width === 0) return ip
  const prefix = width === 1 ? v4 : v6
  mask(scratch, width, prefix)
  return `${formatAddress(scratch, width)}/${prefix}`
}

/** Clears all bits beyond the prefix. */
export function mask(words: Uint32Array, width: Width, prefix: number): void {
  for (let index = 0; index < width; index += 1) {
    const bits = Math.min(Math.max(prefix - 32 * index, 0), 32)
    words[index] = bits === 0 ? 0 : word(words, index) & (0xffffffff << (32 - bits))
  }
}

const bytesOf = (words: Uint32Array, width: Width): number[] =>
  Array.from({ length: 4 * width }, (_, index) => (word(words, index >> 2) >>> (24 - 8 * (index & 3))) & 255)

/** RFC 4291 §2.5.5.2: `::ffff:0:0/96` is IPv4. */
function unmap(words: Uint32Array): Width {
  if (word(words, 0) !== 0 || word(words, 1) !== 0 || word(words, 2) !== 0xffff) return 4
  words[0] = word(words, 3)
  return 1
}
