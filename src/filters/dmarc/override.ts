/** Overrides of a DMARC failure: forwarders known by address or name, and ARC sealers known by domain. */

import { isSameOrganisation } from '../../dns/organisation.ts'
import type { Arc, MethodResult } from '../../facts/arc/arc.ts'
import { rdns } from '../../facts/rdns.ts'
import { check } from '../../model/options.ts'
import type { Message } from '../../model/stage.ts'
import { findName, readName } from '../../net/names.ts'
import { type Network, networkTable, readNetwork } from '../../net/networks.ts'
import { domainOf } from '../../net/path.ts'

/** Addresses, networks and names of forwarders, or a function that recognises them. */
export type Forwarders = readonly string[] | ((message: Message) => boolean | Promise<boolean>)

/** The trusted forwarder of a message, for a reason; undefined if there is none. */
export function findForwarder(forwarders: Forwarders): (message: Message) => Promise<string | undefined> {
  if (typeof forwarders === 'function') {
    return async message => ((await forwarders(message)) ? (message.ip ?? 'the client') : undefined)
  }
  const { networks, names } = readForwarders(forwarders)
  const table = networkTable(networks)
  return async message => {
    const { ip } = message
    if (ip === undefined) return undefined
    if (table.find(ip) >= 0) return ip
    if (names.size === 0) return undefined
    const { confirmed } = await message.ask(rdns)
    return confirmed.find(name => findName(names, name) !== undefined)
  }
}

function readForwarders(entries: readonly string[]) {
  const networks: Network[] = []
  const names = new Map<string, true>()
  for (const entry of entries) {
    const network = readNetwork(entry)
    const name = readName(entry)
    if ('words' in network) networks.push(network)
    else if (typeof name === 'string') names.set(name, true)
  }
  return { networks, names }
}

/** @internal */
export const forwarderEntry = check<string>(
  'an IP address, a network or a domain such as .example.org for all names below it; correct or remove it',
  entry => {
    if (typeof entry !== 'string' || entry.length > 300) return false
    const name = readName(entry)
    return 'words' in readNetwork(entry) || (typeof name === 'string' && /[a-z]/.test(name))
  },
)

/** @internal */
export const sealerEntry = check<string>(
  'the domain of a sealer, as it stands in d= of its ARC-Seal; correct or remove it',
  entry => typeof entry === 'string' && !entry.startsWith('.') && typeof readName(entry) === 'string',
)

/** The domains of trusted sealers, in the form of d=. */
export const readSealers = (sealers: readonly string[]): ReadonlySet<string> =>
  new Set(sealers.map(readName).filter(name => typeof name === 'string'))

/** A field that may occur once and was added after the newest seal, so that no seal covers it. */
const addedAfterSeal = ({ unsigned }: Arc): string | undefined =>
  unsigned.find(({ name, present }) => present > 1 || name === 'subject')?.name

/**
 * The trusted sealer that confirms that the message was the author's when it arrived there. Only the newest sealer
 * counts: it could change the results of older ones.
 */
export function trustedSealer(chain: Arc, trusted: ReadonlySet<string>, author: string): string | undefined {
  const sealer = chain.sealers.at(-1)?.domain
  if (chain.result !== 'pass' || sealer === undefined || !trusted.has(sealer)) return undefined
  if (addedAfterSeal(chain) !== undefined) return undefined
  const results = chain.reported?.results ?? []
  const policies = results.filter(({ method }) => method === 'dmarc')
  const confirms = policies.length > 0 ? policies.every(passesFor(author)) : results.some(passesFor(author))
  return confirms ? sealer : undefined
}

const passesFor =
  (author: string) =>
  ({ method, result, properties }: MethodResult): boolean => {
    if (result !== 'pass') return false
    const of = (name: string) => domainOf((properties.get(name) ?? '').replace(/^.*@/s, ''))
    switch (method) {
      case 'dmarc':
        return of('header.from') === '' || of('header.from') === author
      case 'dkim':
        return isSameOrganisation(of('header.d') || of('header.i'), author)
      case 'spf':
        return isSameOrganisation(of('smtp.mailfrom') || of('smtp.mfrom'), author)
      default:
        return false
    }
  }
