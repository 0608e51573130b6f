/** `helo-host`: whether the name in the greeting has an address or a mail exchanger. */
import { fact } from '../model/fact.ts'

/** `unknown`: the host does not know the greeting, or DNS failed. */
export type HeloHost = 'resolvable' | 'unresolvable' | 'unknown'

/** One question when the name has an address or does not exist; three at most. */
export const heloHost = fact('helo-host', 'helo', async ({ helo, dns, signal }): Promise<HeloHost> => {
  if (helo === undefined) return 'unknown'
  const address = await dns.resolve(helo, 'A', { signal })
  signal.throwIfAborted()
  if (address.kind === 'nxdomain') return 'unresolvable'
  if (address.kind !== 'nodata') return address.kind === 'answer' ? 'resolvable' : 'unknown'
  const others = await Promise.all([dns.resolve(helo, 'AAAA', { signal }), dns.resolve(helo, 'MX', { signal })])
  signal.throwIfAborted()
  if (others.some(({ kind }) => kind === 'answer')) return 'resolvable'
  return others.some(({ kind }) => kind === 'failure') ? 'unknown' : 'unresolvable'
})
