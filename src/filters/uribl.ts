/** Lists of domains in DNS (RFC 5782 §5): who links to a listed domain pays. */
import { PosternError } from '../core/errors.ts'
import type { Filter } from '../core/filter.ts'
import { points as evidence, type Finding } from '../core/finding.ts'
import type { Message } from '../core/stage.ts'
import { type Duration, toMilliseconds } from '../core/units.ts'
import type { World } from '../core/world.ts'
import { failure, within } from '../dns/answer.ts'
import { type Listing, readListing } from '../dns/list.ts'
import { reverseLabels } from '../dns/reverse.ts'
import { links } from '../facts/links.ts'
import { quote } from './content/quote.ts'
import { type DnsblZone, type List, readZones } from './dnsbl-zones.ts'

export interface UriblOptions {
  /** The lists, in the order in which their findings stand. `ipv6` is for lists that hold addresses: they are asked for those only. */
  readonly zones: readonly (DnsblZone & {
    /** The list holds names, or the addresses that stand in links for them. @default 'domains' */
    readonly holds?: 'domains' | 'addresses'
  })[]
  /** How many domains of one message are asked for, those of the text first. @default 20 */
  readonly most?: number
  /** How long one message may wait for all lists, which are asked together. What is late counts nothing. @default '3s' */
  readonly wait?: Duration
  /** How often a list's test points are asked. @default '1h' */
  readonly check?: Duration
}

/**
 * Asks DNS lists about the organisational domains that a message links to. A list is believed only while its test points stand
 * (`test` is listed, `invalid` is not); one that answers an error code is switched off at once. The operator hears of it by
 * `notify`, as `uribl/off` and `uribl/on`.
 *
 * @example
 * uribl({ zones: [{ zone: 'dbl.example.org', points: { '127.0.1.2': 6, '127.0.1.4': 8 } }] })
 * @throws PosternError when a zone, its points or a number is wrong
 */
export function uribl({ zones, most = 20, wait = '3s', check = '1h' }: UriblOptions): Filter {
  const lists = readZones(zones).map((list, index) => ({ ...list, ofNames: zones[index]?.holds !== 'addresses' }))
  const [ms, often] = [toMilliseconds(wait, 'uribl.wait'), toMilliseconds(check, 'uribl.check')]
  if (!Number.isInteger(most) || most < 1 || most > 100) {
    const expected = 'a whole number from 1 to 100'
    throw new PosternError([{ path: 'uribl.most', found: most, expected, remedy: `set uribl.most to ${expected}` }])
  }
  const off = new Map<List, string>()
  const bells = new Map<List, () => void>()
  let running = 0

  const judge = (list: List, trouble: string | undefined, { notify }: Pick<World, 'notify'>): void => {
    const before = off.get(list)
    if (trouble === undefined) off.delete(list)
    else off.set(list, trouble)
    if (trouble !== undefined && (before === undefined || before === UNTRIED))
      notify({ what: 'uribl/off', reason: `${list.label} is switched off: ${trouble}`, level: 'warning' })
    if (trouble === undefined && before !== undefined && before !== UNTRIED)
      notify({ what: 'uribl/on', reason: `${list.label} is healthy again and is asked again`, level: 'info' })
  }
  const examine = async (list: ListOf, world: World, run: number): Promise<void> => {
    const trouble = await troubleOf(list, world)
    if (run !== running) return
    judge(list, trouble, world)
    bells.set(
      list,
      world.clock.after(often, () => void examine(list, world, run)),
    )
  }
  const end = (): void => {
    running += 1
    for (const cancel of bells.values()) cancel()
    bells.clear()
  }

  return {
    name: 'uribl',
    secrets: lists.flatMap(({ secrets }) => secrets),
    start: async world => {
      end()
      for (const list of lists) off.set(list, UNTRIED)
      await Promise.all(lists.map(list => examine(list, world, running)))
    },
    stop: end,
    message: async message => {
      if (message.user !== undefined) return []
      const { domains } = await message.ask(links)
      const asked = domains.slice(0, most)
      const found = await Promise.all(
        lists
          .filter(list => !off.has(list))
          .map(list =>
            askAll(list, asked, { message, ms, broken: code => judge(list, `it answers ${code}`, message) }),
          ),
      )
      return found.flat()
    },
  }
}

interface ListOf extends List {
  readonly ofNames: boolean
}

interface Asking {
  readonly message: Message
  readonly ms: number
  readonly broken: (code: string) => void
}

/** The dearest listing of a list speaks: a campaign often has ten domains, and they are one finding. */
async function askAll(
  list: ListOf,
  domains: readonly string[],
  { message, ms, broken }: Asking,
): Promise<readonly Finding[]> {
  const { dns, clock, signal } = message
  const names = domains.filter(domain => isAddress(domain) !== list.ofNames)
  const listings = await Promise.all(
    names.map(async (name): Promise<Listing> => {
      const question = dns.resolve(nameIn(list, name), 'A', { signal })
      return readListing(await within(question, { ms, late: failure('timeout', 'the list is late'), clock }))
    }),
  )
  const error = listings.find(listing => listing.kind === 'broken')
  if (error?.kind === 'broken') {
    broken(`${error.code}, which is an error and no listing`)
    return [
      {
        rule: 'error',
        reason: `${list.label} answers ${error.code}, which is an error and no listing: it is switched off`,
      },
    ]
  }
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

const UNTRIED = 'not tried yet'

const isAddress = (name: string): boolean => /^[\d.]+$|:/.test(name)

const nameIn = ({ zone }: List, name: string): string => `${isAddress(name) ? reverseLabels(name) : name}.${zone}`

/** RFC 5782 §5: a list of names holds TEST and does not hold INVALID; one of addresses 127.0.0.2 and not 127.0.0.1. */
async function troubleOf(list: ListOf, { dns }: Pick<World, 'dns'>): Promise<string | undefined> {
  const [good, bad] = list.ofNames ? ['invalid', 'test'] : ['1.0.0.127', '2.0.0.127']
  const [unlisted, listed] = await Promise.all(
    [good, bad].map(async name => readListing(await dns.resolve(`${name}.${list.zone}`, 'A'))),
  )
  if (unlisted?.kind === 'broken' || listed?.kind === 'broken') return 'it answers its test points with an error code'
  if (unlisted?.kind === 'listed') return 'it lists what no list may hold, so it would list the world'
  if (unlisted?.kind === 'unknown' || listed?.kind === 'unknown') return 'its test points could not be asked'
  return listed?.kind === 'listed'
    ? undefined
    : 'it does not list its test point, so it is empty, gone, or does not answer us'
}
