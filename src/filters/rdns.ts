/** Clients without a name of their own: no reverse DNS, one that does not lead back, one made of the address. */

import { organisationalDomain } from '../dns/organisation.ts'
import { type Rdns, rdns as rdnsFact } from '../facts/rdns.ts'
import { score } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { type Findings, points } from '../model/finding.ts'
import { checked, schemaOf } from '../model/options.ts'
import { addressBytes } from '../net/address.ts'

export interface RdnsOptions {
  /** Points for a client that has no PTR record. @default 2 */
  readonly missing?: number
  /** Points for a client none of whose names leads back to its address. @default 2 */
  readonly unconfirmed?: number
  /** Points for a client all of whose names are made of its address or say that it is a dial-up or a pool. @default 1.5 */
  readonly generic?: number
}

/** @internal */
export const rdnsSchema = schemaOf<RdnsOptions>('rdns', {
  missing: score({ min: 0 }),
  unconfirmed: score({ min: 0 }),
  generic: score({ min: 0 }),
})

/** Weighs the client's reverse DNS at `connect`. What DNS could not tell counts nothing. */
export function rdns(options: RdnsOptions = {}): Filter {
  const { missing = 2, unconfirmed = 2, generic = 1.5 } = checked(rdnsSchema, options)
  return {
    name: 'rdns',
    checks: 'identity',
    connect: async connection => {
      const { ip } = connection
      return ip !== undefined && weigh(await connection.ask(rdnsFact), ip, { missing, unconfirmed, generic })
    },
  }
}

function weigh({ result, names, confirmed }: Rdns, ip: string, options: Required<RdnsOptions>): Findings {
  switch (result) {
    case 'permerror':
      return points(options.missing, `${ip} has no reverse DNS name`, { rule: 'missing' })
    case 'fail':
      return points(options.unconfirmed, `${ip} is called ${names[0]}, but no such name leads back to it`, {
        rule: 'unconfirmed',
      })
    case 'pass':
      return (
        confirmed.every(name => isGeneric(name, ip)) &&
        points(options.generic, `${ip} is called ${confirmed[0]}, which is no name given to a mail server`, {
          rule: 'generic',
        })
      )
    case 'temperror':
    case 'unknown':
      return undefined
    default:
      return result satisfies never
  }
}

// Words that access providers put into the names of their customers' lines.
const LINES = new Set(
  'adsl broadband cable client cust customer dhcp dial dialin dialup dsl dyn dynamic dynip ftth pool ppp pppoe vdsl xdsl'.split(
    ' ',
  ),
)
// A pool of mail servers is no dial-up pool.
const SERVERS = new Set('delivery mail mailer mailout mta mx out outbound relay smtp'.split(' '))

/** Whether a name was made by a machine out of the address, or says that a line of an access provider is behind it. */
function isGeneric(name: string, ip: string): boolean {
  const own = name.slice(0, name.length - (organisationalDomain(name)?.length ?? 0))
  const octets = addressBytes(ip)
  if (octets.length === 16 ? holdsNibbles(own, octets) : holdsOctets(own, octets)) return true
  const words = own.split(/[^a-z]+/)
  return words.some(word => LINES.has(word)) && !words.some(word => SERVERS.has(word))
}

/** Three bytes in a row, in either direction, or all four as one number in hexadecimal or padded decimal. */
function holdsOctets(name: string, octets: readonly number[]): boolean {
  const numbers = `-${name
    .split(/\D+/)
    .filter(digits => digits !== '')
    .map(Number)
    .join('-')}-`
  const rows = [octets.slice(0, 3), octets.slice(1)].flatMap(row => [row, row.toReversed()])
  const whole = [
    octets.map(octet => octet.toString(16).padStart(2, '0')),
    octets.map(octet => `${octet}`.padStart(3, '0')),
  ]
  return rows.some(row => numbers.includes(`-${row.join('-')}-`)) || whole.some(parts => name.includes(parts.join('')))
}

/** The last four groups of an IPv6 address, padded or not, however they are set apart. */
function holdsNibbles(name: string, octets: readonly number[]): boolean {
  const groups = [8, 10, 12, 14].map(index => (octets[index] ?? 0) * 256 + (octets[index + 1] ?? 0))
  const written = groups.map(group => group.toString(16))
  const close = name.replaceAll(/[.-]/g, '')
  return close.includes(written.map(group => group.padStart(4, '0')).join('')) || name.includes(written.join('-'))
}
