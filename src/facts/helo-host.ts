/** `helo-host`: whether the name in the greeting has an address or a mail exchanger. */
import { lookUp } from '../dns/look-up.ts'
import { fact } from '../model/fact.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'

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
