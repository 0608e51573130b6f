/** Clients without a proper host name: no reverse DNS, a name that does not lead back, a name made of the address. */

import { organisationalDomain } from '../dns/organisation.ts'
import { type Rdns, rdns as rdnsFact } from '../facts/rdns.ts'
import { score } from '../model/checks.ts'
import { askEarly } from '../model/fact.ts'
import type { Filter } from '../model/filter.ts'
import { type Findings, points } from '../model/finding.ts'
import { checked, schemaOf } from '../model/options.ts'
import { addressBytes } from '../net/address.ts'

/** Points of `rdns`. */
export interface RdnsOptions {
  /** Points for a client that has no PTR record. @default 2 */
  readonly missing?: number
  /** Points for a client when none of its names leads back to its address. @default 2 */
  readonly unconfirmed?: number
  /** Points for a client when all its names are made of its address, or say dial-up or pool. @default 1.5 */
  readonly generic?: number
}

/** @internal */
export const rdnsSchema = schemaOf<RdnsOptions>('rdns', {
  missing: score({ min: 0 }),
  unconfirmed: score({ min: 0 }),
  generic: score({ min: 0 }),
})

/**
 * Judges the client's reverse DNS at `mail`. DNS is asked at `connect`, and the greeting does not wait for the answer:
 * points alone refuse no client there. A failure of DNS costs no points.
 *
 * @throws PosternError when a number of points is wrong
 */
export function rdns(options: RdnsOptions = {}): Filter {
  const { missing = 2, unconfirmed = 2, generic = 1.5 } = checked(rdnsSchema, options)
  return {
    name: 'rdns',
    checks: 'identity',
    connect: connection => {
      if (connection.ip !== undefined) askEarly(connection, rdnsFact)
    },
    mail: async transaction => {
      const { ip } = transaction
      return ip !== undefined && weigh(await transaction.ask(rdnsFact), ip, { missing, unconfirmed, generic })
    },
  }
}

function weigh({ result, names, confirmed }: Rdns, ip: string, options: Required<RdnsOptions>): Findings {
  switch (result) {
    case 'permerror':
      return points(options.missing, `${ip} has no reverse DNS name`, { rule: 'missing' })
    case 'fail':
      return points(options.unconfirmed, `${ip} has the name ${names[0]}, which does not lead back to it`, {
        rule: 'unconfirmed',
      })
    case 'pass':
      return (
        confirmed.every(name => isGeneric(name, ip)) &&
        points(options.generic, `${ip} has the name ${confirmed[0]}, which is generic and not a mail server's`, {
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

// Words that access providers use in the names of their customers.
const CUSTOMER_WORDS = new Set(
  'adsl broadband cable client cust customer dhcp dial dialin dialup dsl dyn dynamic dynip ftth pool ppp pppoe vdsl xdsl'.split(
    ' ',
  ),
)
// A pool of mail servers is not a dial-up pool.
const SERVER_WORDS = new Set('delivery mail mailer mailout mta mx out outbound relay smtp'.split(' '))

/** Whether a name is generated from the address, or has a word of an access provider. */
function isGeneric(name: string, ip: string): boolean {
  const own = name.slice(0, name.length - (organisationalDomain(name)?.length ?? 0))
  const bytes = addressBytes(ip)
  if (bytes.length === 16 ? hasNibbles(own, bytes) : hasBytes(own, bytes)) return true
  const words = own.split(/[^a-z]+/)
  return words.some(word => CUSTOMER_WORDS.has(word)) && !words.some(word => SERVER_WORDS.has(word))
}

/** Three bytes in a row, in either direction, or all four as one number in hexadecimal or padded decimal. */
function hasBytes(name: string, bytes: readonly number[]): boolean {
  const numbers = `-${name
    .split(/\D+/)
    .filter(digits => digits !== '')
    .map(Number)
    .join('-')}-`
  const rows = [bytes.slice(0, 3), bytes.slice(1)].flatMap(row => [row, row.toReversed()])
  const whole = [bytes.map(byte => byte.toString(16).padStart(2, '0')), bytes.map(byte => `${byte}`.padStart(3, '0'))]
  return rows.some(row => numbers.includes(`-${row.join('-')}-`)) || whole.some(parts => name.includes(parts.join('')))
}

/** The last four groups of an IPv6 address, padded or not, with any separator. */
function hasNibbles(name: string, bytes: readonly number[]): boolean {
  const groups = [8, 10, 12, 14].map(index => (bytes[index] ?? 0) * 256 + (bytes[index + 1] ?? 0))
  const written = groups.map(group => group.toString(16))
  const close = name.replaceAll(/[.-]/g, '')
  return close.includes(written.map(group => group.padStart(4, '0')).join('')) || name.includes(written.join('-'))
}
