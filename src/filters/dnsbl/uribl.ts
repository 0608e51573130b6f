/** DNS lists of domains (RFC 5782 §5): points for links to listed domains. */

import { failure, withDeadline } from '../../dns/answer.ts'
import { type Listing, type ListKind, listName, readListing } from '../../dns/list.ts'
import { links } from '../../facts/links.ts'
import { duration, whole } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { points as evidence, type Finding } from '../../model/finding.ts'
import { checked, required, schemaOf } from '../../model/options.ts'
import type { Message } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { quote } from '../rules/quote.ts'
import { type Monitor, type MonitorOptions, monitor as monitorOf, monitorShape } from './monitor.ts'
import { type DnsblZone, type List, readZones, uriblZones } from './zones.ts'

/** What `uribl` takes. */
export interface UriblOptions extends MonitorOptions {
  /** The lists, in the order of their findings. `ipv6` is for lists of addresses. */
  readonly zones: readonly (DnsblZone & {
    /** The list has domain names, or addresses that are used in links. @default 'domains' */
    readonly holds?: ListKind
  })[]
  /** How many domains of one message are looked up, those of the text first. @default 20 */
  readonly max?: number
  /**
   * How long one message may wait for all lists, which are asked together. A late answer costs no points.
   * @default '3s'
   */
  readonly timeout?: Duration
}

const schema = schemaOf<UriblOptions>('uribl', {
  ...monitorShape,
  zones: required(uriblZones),
  max: whole({ min: 1, max: 100 }),
  timeout: duration({ min: '50ms' }),
})

/**
 * Asks DNS lists about the organisational domains that a message links to. A list is used only while its test points
 * are right (`test` is listed, `invalid` is not); a list that answers an error code is disabled at once. The notices
 * are `uribl/off` and `uribl/on`.
 *
 * @example
 * uribl({ zones: [{ zone: 'dbl.example.org', points: { '127.0.1.2': 6, '127.0.1.4': 8 } }] })
 * @throws PosternError when a zone, its points or a number is wrong
 */
export function uribl(options: UriblOptions): Filter {
  const { zones, max = 20, timeout = '3s', ...times } = checked(schema, options)
  const lists = readZones(zones, 'domains')
  const ms = toMilliseconds(timeout)
  const monitor = monitorOf(lists, 'uribl', times)

  return {
    name: 'uribl',
    checks: 'content',
    secrets: lists.flatMap(({ secrets }) => secrets),
    start: monitor.start,
    stop: monitor.stop,
    message: async message => {
      const { domains } = await message.ask(links)
      const asked = domains.slice(0, max)
      const found = await Promise.all(monitor.active().map(list => askAll(list, asked, { message, ms, monitor })))
      const unasked = domains.length - asked.length
      const reason = `${unasked} of the linked domains were not looked up; the maximum is ${max}`
      return [...found.flat(), ...(unasked > 0 ? [{ rule: 'unasked', reason }] : [])]
    },
  }
}

interface Asking {
  readonly message: Message
  readonly ms: number
  readonly monitor: Monitor
}

/** The strongest listing of a list is the finding: a campaign often has ten domains, and they count once. */
async function askAll(
  list: List,
  domains: readonly string[],
  { message, ms, monitor }: Asking,
): Promise<readonly Finding[]> {
  const { dns, clock, signal, notify } = message
  const names = domains.filter(domain => isHeld(list, domain))
  const listings = await Promise.all(
    names.map(async (name): Promise<Listing> => {
      const question = dns.resolve(listName(list.zone, name, list.holds), 'A', { signal })
      return readListing(await withDeadline(question, { ms, late: failure('timeout', 'the list is late'), clock }))
    }),
  )
  const error = listings.find(listing => listing.kind === 'broken')
  if (error?.kind === 'broken') return [monitor.disable(list, error, notify)]
  const weighed = listings.flatMap((listing, index) =>
    listing.kind === 'listed'
      ? [{ value: list.weigh(listing.codes), name: names[index] ?? '', codes: listing.codes }]
      : [],
  )
  const [worst] = weighed.toSorted((a, b) => b.value - a.value)
  if (worst === undefined || worst.value <= 0) return []
  const others = weighed.length > 1 ? `, and ${weighed.length - 1} more` : ''
  const reason = `a link leads to ${quote(worst.name)}, which is listed by ${list.label} (${worst.codes.slice(0, 4).join(', ')})${others}`
  return [evidence(worst.value, reason, { rule: 'listed' })]
}

const isHeld = ({ holds, ipv6 }: List, name: string): boolean =>
  isAddress(name) ? holds === 'addresses' && (ipv6 || !name.includes(':')) : holds === 'domains'

const isAddress = (name: string): boolean => /^[\d.]+$|:/.test(name)
