/** Reads the records of senders for people: the same records by which `reputation` judges. */
import { isIP } from 'node:net'
import { organisationOf } from '../../dns/organisation.ts'
import {
  clientIdentities,
  defaultMemory,
  describeStanding,
  type Identity,
  type Memory,
  readSums,
  type Standing,
  standingsOf,
} from '../../facts/reputation.ts'
import type { Store } from '../../model/store.ts'
import { canonical } from '../../net/address.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'

/** The record of one identity, in numbers and as a sentence. */
export interface ReputationRecord extends Omit<Standing, 'halfLife'> {
  /** `example.net (DKIM): 120 good, 3 bad in a memory of 14 days: 96 % good, certain to 92 %` */
  readonly text: string
}

/**
 * The identities under which a sender may have a record: address and network of an IP address, or the organisation of
 * a domain or an address as author, signer, reverse-path and confirmed name.
 */
export function identitiesOf(name: string): readonly Identity[] {
  const written = name.trim()
  const [ip] = written.split('/')
  if (ip !== undefined && isIP(ip) !== 0) return clientIdentities({ ip: canonical(ip) ?? ip })
  const domain = written.includes('@') ? mailboxOf(written).domain : domainOf(written)
  if (domain === '') return []
  const owner = organisationOf(domain)
  const rdns = [...new Set([domain, owner])].map(host => `rdns:${host}` as const)
  return [`author:${owner}`, `dkim:${owner}`, `spf:${owner}`, ...rdns]
}

/** Reads the records of a sender in one round trip. Identities without a record are left out. */
export async function readReputation(
  store: Store,
  name: string,
  memory: Memory = defaultMemory,
): Promise<readonly ReputationRecord[]> {
  const identities = identitiesOf(name)
  if (identities.length === 0) return []
  const standings = standingsOf(identities, await readSums(store, identities, memory), memory)
  return standings
    .filter(({ good, bad }) => good + bad > 0)
    .map(({ halfLife, ...standing }) => ({ ...standing, text: describeStanding({ ...standing, halfLife }) }))
}
