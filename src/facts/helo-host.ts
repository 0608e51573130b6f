/** `helo-host`, `helo-owner`: whether the name in the greeting exists, and whether it is the client's. */
import { lookUp } from '../dns/look-up.ts'
import { isSameOrganisation } from '../dns/organisation.ts'
import { fact } from '../model/fact.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import { canonical } from '../net/address.ts'
import { rdns } from './rdns.ts'

/** `unknown`: the host does not know the greeting, or DNS failed. */
export type HeloHost = 'resolvable' | 'unresolvable' | 'unknown'

/** One question when the name has an address or does not exist; three at most. */
export const heloHost = fact('helo-host', 'helo', (greeting): MaybePromise<HeloHost> => {
  const { helo } = greeting
  if (helo === undefined) return 'unknown'
  return thenSync(lookUp(greeting, helo, 'A'), async (address): Promise<HeloHost> => {
    if (address.kind === 'nxdomain') return 'unresolvable'
    if (address.kind !== 'nodata') return address.kind === 'answer' ? 'resolvable' : 'unknown'
    const others = await Promise.all([lookUp(greeting, helo, 'AAAA'), lookUp(greeting, helo, 'MX')])
    if (others.some(({ kind }) => kind === 'answer')) return 'resolvable'
    return others.some(({ kind }) => kind === 'failure') ? 'unknown' : 'unresolvable'
  })
})

/** `unknown`: the host does not know the client or its greeting, or DNS failed. */
export type HeloOwner = 'client' | 'other' | 'unknown'

/**
 * Whether the name in the greeting belongs to the client: a confirmed reverse name is of the same organisation, or the
 * name leads to the client.
 */
export const heloOwner = fact('helo-owner', 'helo', async (greeting): Promise<HeloOwner> => {
  const { helo, ip } = greeting
  if (helo === undefined || ip === undefined) return 'unknown'
  const { result, confirmed } = await greeting.ask(rdns)
  if (confirmed.some(name => isSameOrganisation(name, helo))) return 'client'
  const address = await lookUp(greeting, helo, ip.includes(':') ? 'AAAA' : 'A')
  if (address.kind === 'answer' && address.records.some(record => canonical(record) === canonical(ip))) return 'client'
  return result === 'temperror' || address.kind === 'failure' ? 'unknown' : 'other'
})
