/** DNS lists of addresses (RFC 5782): points for listed clients, negative points for clients on allow lists. */

import { failure, withDeadline } from '../../dns/answer.ts'
import { type Listing, listName, readListing } from '../../dns/list.ts'
import { forwarded } from '../../facts/forwarded.ts'
import { duration } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { type Finding, points } from '../../model/finding.ts'
import { checked, required, schemaOf } from '../../model/options.ts'
import type { Connection } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { type MonitorOptions, monitor, monitorShape } from './monitor.ts'
import { type DnsblZone, dnsblZones, type List, readZones } from './zones.ts'

/** What `dnsbl` takes. */
export interface DnsblOptions extends MonitorOptions {
  /** The lists, in the order of their findings. */
  readonly zones: readonly DnsblZone[]
  /**
   * How long one client may wait for all lists, which are asked together. A late answer costs no points.
   * @default '3s'
   */
  readonly timeout?: Duration
}

const schema = schemaOf<DnsblOptions>('dnsbl', {
  ...monitorShape,
  zones: required(dnsblZones),
  timeout: duration({ min: '50ms' }),
})

/**
 * Asks DNS lists about the client at `connect`. A list is used only while its test points are right (127.0.0.2 is
 * listed, 127.0.0.1 is not); they are asked when the gateway opens, and every hour. A list that answers an error code
 * is disabled at once. The notices are `dnsbl/off` and `dnsbl/on`.
 *
 * @example
 * dnsbl({ zones: [{ zone: 'bl.example.org', points: { '127.0.0.2': 6, '127.0.0.10': 2 } }] })
 * @throws PosternError when a zone or its points are wrong.
 */
export function dnsbl(options: DnsblOptions): Filter {
  const { zones, timeout = '3s', ...times } = checked(schema, options)
  const lists = readZones(zones, 'addresses')
  const ms = toMilliseconds(timeout)
  const health = monitor(lists, 'dnsbl', times)

  const ask = async (ip: string, list: List, { dns, clock, signal }: Connection): Promise<Listing> => {
    const late = failure('timeout', 'the list is late')
    const question = dns.resolve(listName(list.zone, ip), 'A', { signal })
    return readListing(await withDeadline(question, { ms, late, clock }))
  }

  const examine = async (connection: Connection, ip: string | undefined): Promise<readonly Finding[]> => {
    if (ip === undefined) return []
    const asked = health.active().filter(({ ipv6 }) => ipv6 || !ip.includes(':'))
    const listings = await Promise.all(asked.map(list => ask(ip, list, connection)))
    return asked.flatMap((list, index) => {
      const listing = listings[index]
      if (listing?.kind === 'broken') return health.disable(list, listing, connection.notify)
      return listing?.kind === 'listed' ? judge(list, ip, listing.codes) : []
    })
  }

  return {
    name: 'dnsbl',
    checks: 'identity',
    secrets: lists.flatMap(({ secrets }) => secrets),
    start: health.start,
    stop: health.stop,
    connect: connection => examine(connection, connection.ip),
    header: header =>
      header.client === 'forwarder' && header.ask(forwarded).then(client => examine(header, client?.ip)),
  }
}

function judge(list: List, ip: string, codes: readonly string[]): readonly Finding[] {
  const value = list.weigh(codes)
  if (value === 0) return []
  const shown = `${codes.slice(0, MAX_CODES).join(', ')}${codes.length > MAX_CODES ? ' …' : ''}`
  return value > 0
    ? [points(value, `${ip} is listed by ${list.label} (${shown})`, { rule: 'listed' })]
    : [points(value, `${ip} is allowed by ${list.label} (${shown})`, { rule: 'allowed' })]
}

const MAX_CODES = 8
