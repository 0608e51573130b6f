/** Clients without a proper host name: no reverse DNS, a name that does not lead back, a name made of the address. */

import { isGeneric } from '../facts/generic-name.ts'
import { isKnownClient, type Rdns, rdns as rdnsFact } from '../facts/rdns.ts'
import { score } from '../model/checks.ts'
import { askEarly } from '../model/fact.ts'
import type { Filter } from '../model/filter.ts'
import { type Findings, points } from '../model/finding.ts'
import { checked, schemaOf } from '../model/options.ts'
import { withDefaults } from './measured-defaults.ts'

/** Points of `rdns`. Where `docs/reference/rules.md` has measured points, those are the defaults. */
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
 * @example
 * rdns({ missing: 3, generic: 0 })
 */
export function rdns(options: RdnsOptions = {}): Filter {
  const costs = withDefaults('rdns', DEFAULTS, checked(rdnsSchema, options))
  return {
    name: 'rdns',
    checks: 'identity',
    connect: connection => {
      if (!isKnownClient(connection)) askEarly(connection, rdnsFact)
    },
    mail: async transaction => {
      const { ip } = transaction
      return ip !== undefined && weigh(await transaction.ask(rdnsFact), ip, costs)
    },
  }
}

const DEFAULTS: Readonly<Required<RdnsOptions>> = { missing: 2, unconfirmed: 2, generic: 1.5 }

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
