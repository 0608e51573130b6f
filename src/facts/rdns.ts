/** Reverse DNS: what the client's network calls it, and whether that name leads back to it (RFC 8601 §3, iprev). */

import { queryName } from '../dns/name.ts'
import { organisationalDomain } from '../dns/organisation.ts'
import { reverseName } from '../dns/reverse.ts'
import { fact } from '../model/fact.ts'
import type { Answer } from '../model/resolver.ts'
import { canonical } from '../net/address.ts'

export interface Rdns {
  /**
   * RFC 8601 §2.7.3. `pass`: a name leads back. `fail`: none does. `permerror`: there is no name.
   * `temperror`: it could not be found out. `unknown`: the host does not know the client's address.
   */
  readonly result: 'pass' | 'fail' | 'temperror' | 'permerror' | 'unknown'
  /** The names of the PTR records, in lower case and alphabetical order, at most ten. Anybody can claim them. */
  readonly names: readonly string[]
  /** Those of them that lead back to the client. */
  readonly confirmed: readonly string[]
  /** The organisational domain of the first confirmed name that has one. */
  readonly organisation?: string
}

// RFC 7208 §5.5 gives up at ten names; the owner of an address can publish thousands.
const MAX_NAMES = 10

/** What the client's network calls it. One question, and one more for each name. */
export const rdns = fact('rdns', 'connect', async (connection): Promise<Rdns> => {
  const { ip, signal } = connection
  if (ip === undefined) return { result: 'unknown', names: [], confirmed: [] }
  const reverse = reverseName(ip)
  if (reverse === undefined) return { result: 'permerror', names: [], confirmed: [] }
  const answer = await connection.dns.resolve(reverse, 'PTR', { signal })
  if (answer.kind === 'failure') return { result: 'temperror', names: [], confirmed: [] }
  const names = answer.kind === 'answer' ? namesOf(answer.records) : []
  if (names.length === 0) return { result: 'permerror', names, confirmed: [] }

  const forward = await Promise.all(
    names.map(name => connection.dns.resolve(name, ip.includes(':') ? 'AAAA' : 'A', { signal })),
  )
  const confirmed = names.filter((_, index) => leadsTo(forward[index], ip))
  if (confirmed.length > 0) return { result: 'pass', names, confirmed, ...organisationOf(confirmed) }
  const unknown = forward.some(({ kind }) => kind === 'failure')
  return { result: unknown ? 'temperror' : 'fail', names, confirmed }
})

// Servers turn records round: the order is ours, so that equal records give equal facts.
const namesOf = (records: readonly string[]): readonly string[] =>
  [...new Set(records.map(queryName))]
    .filter(name => name !== undefined)
    .sort()
    .slice(0, MAX_NAMES)

const leadsTo = (answer: Answer<string> | undefined, ip: string): boolean =>
  answer?.kind === 'answer' && answer.records.some(record => canonical(record) === canonical(ip))

function organisationOf(confirmed: readonly string[]): { readonly organisation?: string } {
  const organisation = confirmed.map(organisationalDomain).find(domain => domain !== undefined)
  return organisation === undefined ? {} : { organisation }
}
