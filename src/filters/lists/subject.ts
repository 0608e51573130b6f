/** Whom an entry of a list names: a network, a name, a domain that is proven in some way, or an address. */
import { canonical, isWithin, readAddress } from '../../net/address.ts'
import { readMailbox, readName } from '../../net/names.ts'
import { isTooBroad, type Network, readNetwork, type TextProblem, TOO_BROAD, writeNetwork } from '../../net/networks.ts'

/** How a domain or an address is proven, and what is named by it. */
export type Identity = 'address' | 'domain' | 'dmarc' | 'dkim' | 'spf' | 'host'

/** A network, or the name of an identity in the form in which it is looked up. */
export type Subject =
  | { readonly kind: 'network'; readonly network: Network }
  | { readonly kind: Identity; readonly name: string }

const PREFIXES: readonly Identity[] = ['dmarc', 'dkim', 'spf', 'host']

/**
 * Reads `192.0.2.0/24`, `bob@example.org`, `example.org`, `.example.org` (all below it), or a domain behind `dmarc:`,
 * `dkim:`, `spf:` or `host:`.
 */
export function readSubject(text: string): Subject | TextProblem {
  const written = text.trim()
  const prefix = PREFIXES.find(name => written.toLowerCase().startsWith(`${name}:`))
  if (prefix !== undefined) return named(prefix, readName(written.slice(prefix.length + 1).trim()))
  if (written.includes('@')) return named('address', readMailbox(written))
  if (/^[0-9a-f:./]+$/i.test(written) && /[:/]|^[0-9.]+$/.test(written)) return networkOf(written)
  return named('domain', readName(written))
}

function networkOf(text: string): Subject | TextProblem {
  const network = readNetwork(text)
  if (!('words' in network)) return network
  return isTooBroad(network) ? TOO_BROAD : { kind: 'network', network }
}

const named = (kind: Identity, name: string | TextProblem): Subject | TextProblem =>
  typeof name === 'string' ? { kind, name } : name

/** The form in which an entry is stored and shown: two entries with the same form name the same sender. */
export function writeSubject(subject: Subject): string {
  if (subject.kind === 'network') return writeNetwork(subject.network)
  return subject.kind === 'address' || subject.kind === 'domain' ? subject.name : `${subject.kind}:${subject.name}`
}

/** Whether an address, in any form, is in a network. */
export function isInNetwork(ip: string, { width, prefix, words }: Network): boolean {
  const address = new Uint32Array(4)
  return readAddress(canonical(ip) ?? '', address) === width && isWithin(address, words, prefix)
}
