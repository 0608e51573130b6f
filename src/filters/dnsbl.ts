/** Lists of addresses in DNS (RFC 5782): who is listed pays, who is on an allow list is paid. */
import type { Filter } from '../core/filter.ts'
import { type Finding, points } from '../core/finding.ts'
import type { Connection } from '../core/stage.ts'
import { type Duration, toMilliseconds } from '../core/units.ts'
import type { Notify, World } from '../core/world.ts'
import { failure, within } from '../dns/answer.ts'
import { checkList, type Health, type Listing, listedName, readListing } from '../dns/list.ts'
import { type DnsblZone, type List, readZones } from './dnsbl-zones.ts'

export interface DnsblOptions {
  /** The lists, in the order in which their findings stand. */
  readonly zones: readonly DnsblZone[]
  /** How long one client may wait for all lists, which are asked together. What is late counts nothing. @default '3s' */
  readonly wait?: Duration
  /** How often a list's test points are asked. @default '1h' */
  readonly check?: Duration
  /** How soon a list that is switched off is tried again. @default '5m' */
  readonly retry?: Duration
}

/**
 * Asks DNS lists about the client at `connect`. A list is believed only while its test points stand (127.0.0.2 is listed,
 * 127.0.0.1 is not); they are asked when the gateway opens, and every hour. One that answers an error code is switched off at
 * once. The operator hears of it by `notify`, as `dnsbl/off` and `dnsbl/on`.
 *
 * @example
 * dnsbl({ zones: [{ zone: 'bl.example.org', points: { '127.0.0.2': 6, '127.0.0.10': 2 } }] })
 * @throws PosternError when a zone or its points are wrong.
 */
export function dnsbl({ zones, wait = '3s', check = '1h', retry = '5m' }: DnsblOptions): Filter {
  const lists = readZones(zones)
  const [ms, often, soon] = [
    toMilliseconds(wait, 'dnsbl.wait'),
    toMilliseconds(check, 'dnsbl.check'),
    toMilliseconds(retry, 'dnsbl.retry'),
  ]
  const states = new Map<List, State>(lists.map(list => [list, 'on']))
  const bells = new Map<List, () => void>()
  let running = 0

  const switchOff = (list: List, why: string, notify: Notify) => {
    if (states.get(list) !== 'off')
      notify({ what: 'dnsbl/off', reason: `${list.label} is switched off: ${why}`, level: 'warning' })
    states.set(list, 'off')
  }

  const examine = async (list: List, world: World, run: number): Promise<void> => {
    const health = await checkList(world.dns, list.zone)
    if (run !== running) return
    const ring = () => void examine(list, world, run)
    if (health !== 'healthy') {
      switchOff(list, complaints[health], world.notify)
      bells.set(list, world.clock.after(Math.min(soon, often), ring))
      return
    }
    if (states.get(list) === 'off')
      world.notify({ what: 'dnsbl/on', reason: `${list.label} is healthy again and is asked again`, level: 'info' })
    states.set(list, 'on')
    bells.set(list, world.clock.after(often, ring))
  }

  const end = () => {
    running += 1
    for (const cancel of bells.values()) cancel()
    bells.clear()
  }

  const ask = async ({ ip, dns, clock, signal }: Connection, list: List): Promise<Listing> => {
    const late = failure('timeout', 'the list is late')
    const question = dns.resolve(listedName(list.zone, ip), 'A', { signal })
    return readListing(await within(question, { ms, late, clock }))
  }

  return {
    name: 'dnsbl',
    secrets: lists.flatMap(({ secrets }) => secrets),
    start: async world => {
      end()
      for (const list of lists) states.set(list, 'untried')
      await Promise.all(lists.map(list => examine(list, world, running)))
    },
    stop: end,
    connect: async connection => {
      const asked = lists.filter(list => states.get(list) === 'on' && (list.ipv6 || !connection.ip.includes(':')))
      const listings = await Promise.all(asked.map(list => ask(connection, list)))
      return asked.flatMap((list, index) => {
        const listing = listings[index]
        if (listing?.kind === 'broken')
          switchOff(list, `it answers ${listing.code}, which is an error and no listing`, connection.notify)
        return judge(list, connection.ip, listing)
      })
    },
  }
}

/** Nobody is judged by a list before its test points were asked, if the gateway asks for that. */
type State = 'untried' | 'on' | 'off'

const complaints: Readonly<Record<Exclude<Health, 'healthy'>, string>> = {
  'lists-everything': 'it lists 127.0.0.1, so it would list the world',
  'lists-nothing':
    'it does not list 127.0.0.2, so it is empty, gone, or does not answer us; ask it by your own resolver',
  broken: 'it answers its test points with an error code, so it does not answer us; ask it by your own resolver',
  unreachable: 'its test points could not be asked',
}

function judge(list: List, ip: string, listing: Listing | undefined): readonly Finding[] {
  if (listing?.kind === 'broken') {
    const reason = `${list.label} answers ${listing.code}, which is an error and no listing: it is switched off until it is healthy`
    return [{ rule: 'error', reason }]
  }
  if (listing?.kind !== 'listed') return []
  const value = list.weigh(listing.codes)
  if (value === 0) return []
  const codes = `${listing.codes.slice(0, MOST_CODES).join(', ')}${listing.codes.length > MOST_CODES ? ' …' : ''}`
  return value > 0
    ? [points(value, `${ip} is listed by ${list.label} (${codes})`, { rule: 'listed' })]
    : [points(value, `${ip} is allowed by ${list.label} (${codes})`, { rule: 'allowed' })]
}

const MOST_CODES = 8
