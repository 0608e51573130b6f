/**
 * Addresses as DNS writes them: for reverse look-ups (RFC 1035 §3.5, RFC 3596 §2.5), lists (RFC 5782) and SPF macros.
 */
import { addressBytes } from '../net/address.ts'

/**
 * The labels of an address in their order: the `%{i}` of SPF (RFC 7208 §7.3).
 *
 * @example
 * forwardLabels('192.0.2.1') // '192.0.2.1'; of an IPv6 address: its 32 nibbles
 * @returns '' when `ip` is not an address.
 */
export const forwardLabels = (ip: string): string => labelsOf(ip).join('.')

/**
 * The labels of an address, the last part first: the prefix of a name in a DNS list.
 *
 * @example
 * reverseLabels('192.0.2.1') // '1.2.0.192'; of an IPv6 address: its 32 nibbles
 * @returns undefined when `ip` is not an address.
 */
export function reverseLabels(ip: string): string | undefined {
  const labels = labelsOf(ip)
  return labels.length === 0 ? undefined : labels.reverse().join('.')
}

/**
 * The name of the PTR records of an address.
 *
 * @example
 * reverseName('192.0.2.1') // '1.2.0.192.in-addr.arpa'
 * @returns undefined when `ip` is not an address.
 */
export function reverseName(ip: string): string | undefined {
  const labels = reverseLabels(ip)
  if (labels === undefined) return undefined
  return `${labels}.${labels.length > MAX_IPV4_LENGTH ? 'ip6' : 'in-addr'}.arpa`
}

const MAX_IPV4_LENGTH = '255.255.255.255'.length

/** The bytes of an IPv4 address in decimal, the nibbles of an IPv6 address in hexadecimal. */
function labelsOf(ip: string): string[] {
  const bytes = addressBytes(ip)
  return bytes.length === 4
    ? bytes.map(String)
    : bytes.flatMap(byte => [(byte >> 4).toString(16), (byte & 15).toString(16)])
}
