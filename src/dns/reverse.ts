/** An address as DNS writes it: back to front, for reverse look-ups (RFC 1035 §3.5, RFC 3596 §2.5) and lists (RFC 5782). */
import { toOctets } from '../net/address.ts'

/**
 * The labels of an address, the last part first: to be put in front of the name of a DNS list.
 *
 * @example
 * reverseLabels('192.0.2.1') // '1.2.0.192'; of an IPv6 address: its 32 nibbles
 * @returns undefined when `ip` is no address.
 */
export function reverseLabels(ip: string): string | undefined {
  const octets = toOctets(ip).toReversed()
  if (octets.length === 0) return undefined
  if (octets.length === 4) return octets.join('.')
  return octets.map(octet => `${(octet & 15).toString(16)}.${(octet >> 4).toString(16)}`).join('.')
}

/**
 * The name under which the PTR records of an address stand.
 *
 * @example
 * reverseName('192.0.2.1') // '1.2.0.192.in-addr.arpa'
 * @returns undefined when `ip` is no address.
 */
export function reverseName(ip: string): string | undefined {
  const labels = reverseLabels(ip)
  if (labels === undefined) return undefined
  return `${labels}.${labels.length > MAX_IPV4_LENGTH ? 'ip6' : 'in-addr'}.arpa`
}

const MAX_IPV4_LENGTH = '255.255.255.255'.length
