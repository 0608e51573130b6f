/** `rdns`: the reverse names of the client, and whether their addresses include the client (RFC 8601 §3, iprev). */

import { lookUp } from '../dns/look-up.ts'
import { queryName } from '../dns/name.ts'
import { organisationalDomain } from '../dns/organisation.ts'
import { reverseName } from '../dns/reverse.ts'
import { fact } from '../model/fact.ts'
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import type { Answer } from '../model/resolver.ts'
import type { Connection } from '../model/stage.ts'
import { canonical } from '../net/address.ts'

/** The reverse DNS of a client. */
export interface Rdns {
  /**
   * RFC 8601 §2.7.3. `pass`: the addresses of a name include the client. `fail`: those of no name do. `permerror`:
   * there is no name. `temperror`: a lookup failed. `unknown`: the host does not know the client's address.
   */
  readonly result: 'pass' | 'fail' | 'temperror' | 'permerror' | 'unknown'
  /** The names of the PTR records, in lower case and sorted, at most ten. They are only claims. */
  readonly names: readonly string[]
  /** The names whose addresses include the client. */
  readonly confirmed: readonly string[]
  /** The organisational domain of the first confirmed name that has one. */
  readonly organisation?: string
}

// RFC 7208 §5.5 stops at ten names; the owner of an address can publish thousands.
const MAX_NAMES = 10

/** The names of the PTR records, which are only claims; 'failed' when the lookup failed. */
export const reverseNames = fact(
  'reverse-names',
  'connect',
  (connection): MaybePromise<readonly string[] | 'failed'> => {
    const { ip } = connection
    const reverse = ip === undefined ? undefined : reverseName(ip)
    if (reverse === undefined) return []
    return thenSync(lookUp(connection, reverse, 'PTR'), answer => {
      if (answer.kind === 'failure') return 'failed'
      return answer.kind === 'answer' ? namesOf(answer.records) : []
    })
  },
)

/** Whether nothing has to be asked for the client: its names are cached, or its address is not known. */
export function isKnownClient({ ip, dns }: Connection): boolean {
  const reverse = ip === undefined ? undefined : reverseName(ip)
  return reverse === undefined || dns.known?.(reverse, 'PTR') !== undefined
}

/**
 * The reverse names of the client. One lookup, and one more for each name.
 *
 * @example
 * const { result, confirmed } = await connection.ask(facts.rdns)
 */
export const rdns = fact('rdns', 'connect', async (connection): Promise<Rdns> => {
  const { ip } = connection
  if (ip === undefined) return { result: 'unknown', names: [], confirmed: [] }
  const names = await connection.ask(reverseNames)
  if (names === 'failed') return { result: 'temperror', names: [], confirmed: [] }
  if (names.length === 0) return { result: 'permerror', names, confirmed: [] }

  const asked = names.map(name => lookUp(connection, name, ip.includes(':') ? 'AAAA' : 'A'))
  // All at once: a rejection that is not awaited while another one is would end the process.
  const forward = asked.every(isAnswer) ? asked : await Promise.all(asked)
  const confirmed = names.filter((_, index) => includesIp(forward[index], ip))
  if (confirmed.length > 0) return { result: 'pass', names, confirmed, ...organisationOf(confirmed) }
  const unknown = forward.some(({ kind }) => kind === 'failure')
  return { result: unknown ? 'temperror' : 'fail', names, confirmed }
})

// Servers rotate records. They are sorted, so that equal records give equal facts.
const namesOf = (records: readonly string[]): readonly string[] =>
  [...new Set(records.map(queryName))]
    .filter(name => name !== undefined)
    .sort()
    .slice(0, MAX_NAMES)

const includesIp = (answer: Answer<string> | undefined, ip: string): boolean =>
  answer?.kind === 'answer' && answer.records.some(record => canonical(record) === canonical(ip))

function organisationOf(confirmed: readonly string[]): { readonly organisation?: string } {
  const organisation = confirmed.map(organisationalDomain).find(domain => domain !== undefined)
  return organisation === undefined ? {} : { organisation }
}

const isAnswer = (asked: MaybePromise<Answer<string>>): asked is Answer<string> => !(asked instanceof Promise)
