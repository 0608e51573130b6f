/** Lists of domains in DNS (RFC 5782 §5): who links to a listed domain pays. */

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
import { type Monitor, type MonitorOptions, monitor as monitorOf, watchShape } from './monitor.ts'
import { type DnsblZone, type List, readZones, uriblZones } from './zones.ts'

export interface UriblOptions extends MonitorOptions {
  /** The lists, in the order in which their findings stand. `ipv6` is for those that hold addresses. */
  readonly zones: readonly (DnsblZone & {
    /** The list holds names, or the addresses that stand in links for them. @default 'domains' */
    readonly holds?: ListKind
  })[]
  /** How many domains of one message are asked for, those of the text first. @default 20 */
  readonly max?: number
  /** How long one message may wait for all lists, which are asked together. What is late counts nothing. @default '3s' */
  readonly timeout?: Duration
}

const schema = schemaOf<UriblOptions>('uribl', {
  ...watchShape,
  zones: required(uriblZones),
  max: whole({ min: 1, max: 100 }),
  timeout: duration({ min: '50ms' }),
})

/**
 * Asks DNS lists about the organisational domains that a message links to. A list is believed only while its test points stand
 * (`test` is listed, `invalid` is not); one that answers an error code is switched off at once. The operator hears of it by
 * `notify`, as `uribl/off` and `uribl/on`.
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
      const reason = `${unasked} of the domains that the message links to were not asked for: ${max} are`
      return [...found.flat(), ...(unasked > 0 ? [{ rule: 'unasked', reason }] : [])]
    },
  }
}

interface Asking {
  readonly message: Message
  readonly ms: number
  readonly monitor: Monitor
}

/** The dearest listing of a list speaks: a campaign often has ten domains, and they are one finding. */
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
