/** Compiles lists into tables that find the most specific entry, and the side it is on. */
import type { Problem } from '../../model/errors.ts'
import { networkOf } from '../../net/address.ts'
import { findName, readMailbox, readName } from '../../net/names.ts'
import {
  isTooBroad,
  type Network,
  networkTableInSteps,
  readNetwork,
  type TextProblem,
  TOO_BROAD,
} from '../../net/networks.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { STEP, type Steps } from '../../net/steps.ts'
import { type Content, type Entries, readEntries } from './entries.ts'

/** One list of one side. */
export interface Side {
  readonly allow: boolean
  /** `deny.networks`, or the name of the file. */
  readonly source: string
}

/** A table of one kind. It finds undefined where no list has an entry. */
interface Table<Found> {
  readonly size: number
  readonly find: (text: string) => Found | undefined
}

/** A table, and what is wrong with its entries. */
export interface Compiled<Found> {
  readonly table: Table<Found>
  /** The files that have entries. */
  readonly listed: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

/** Both sides of one kind. Where both have the same entry, `allow` takes precedence. */
export interface Sides {
  readonly allow?: Entries | undefined
  readonly deny?: Entries | undefined
}

/** A side, and the prefix length of the entry. */
export interface NetworkSide extends Side {
  readonly prefix: number
}

/** Finds an address in networks. Of nested networks the most specific wins. */
export function* networks(kind: string, sides: Sides, contentOf: ContentOf): Steps<Compiled<NetworkSide>> {
  const { values, owners, problems, listed } = yield* readBoth(kind, sides, readNarrow, contentOf)
  const { size, find } = yield* networkTableInSteps(values)
  // There are many networks, but few different results: equal ones are shared.
  const different = new Map<string, NetworkSide>()
  const found: NetworkSide[] = []
  for (const [index, { prefix }] of values.entries()) {
    if (index % STEP === STEP - 1) yield
    const { allow = false, source = '' } = owners[index] ?? {}
    const key = `${allow} ${prefix} ${source}`
    const side = different.get(key) ?? { allow, source, prefix }
    different.set(key, side)
    found.push(side)
  }
  const table = {
    size,
    find: (ip: string) => {
      const index = find(ip)
      return index < 0 ? undefined : found[index]
    },
  }
  return { table, problems, listed }
}

/** A network of half the Internet is a mistake. */
function readNarrow(text: string): Network | TextProblem {
  const network = readNetwork(text)
  return 'words' in network && isTooBroad(network) ? TOO_BROAD : network
}

/** `192.0.2.1 in 192.0.2.0/24`: a client and the network that contains it, for a reason. */
export function placed(ip: string, { prefix }: NetworkSide): string {
  const single = prefix === (ip.includes(':') ? 128 : 32)
  return single ? ip : `${ip} in ${networkOf(ip, { v4: prefix, v6: prefix })}`
}

/** Finds a domain, in the form of `domainOf`. The longest entry wins. */
export function* names(kind: string, sides: Sides, contentOf: ContentOf): Steps<Compiled<Side>> {
  const { map, ...read } = yield* readMap(kind, sides, readName, contentOf)
  return { table: { size: map.size, find: name => findName(map, name) }, ...read }
}

/** Finds a whole address, ignoring case. */
export function* addresses(kind: string, sides: Sides, contentOf: ContentOf): Steps<Compiled<Side>> {
  const { map, ...read } = yield* readMap(kind, sides, readMailbox, contentOf)
  return { table: { size: map.size, find: path => map.get(addressKey(mailboxOf(path))) }, ...read }
}

type ContentOf = (file: string) => Content

function* readMap(kind: string, sides: Sides, read: (text: string) => string | TextProblem, contentOf: ContentOf) {
  const { values, owners, problems, listed } = yield* readBoth(kind, sides, read, contentOf)
  const map = new Map<string, Side>()
  for (const [index, value] of values.entries()) {
    if (index % STEP === STEP - 1) yield
    const side = owners[index]
    if (side && !map.has(value)) map.set(value, side)
  }
  return { map, problems, listed }
}

/** Allowed entries come first, because the first of equal entries wins. */
function* readBoth<T>(
  kind: string,
  { allow = [], deny = [] }: Sides,
  read: (text: string) => T | TextProblem,
  contentOf: ContentOf,
) {
  const both = [
    { entries: allow, path: `allow.${kind}`, allow: true },
    { entries: deny, path: `deny.${kind}`, allow: false },
  ]
  const values: T[] = []
  const owners: Side[] = []
  const problems: Problem[] = []
  const listed = new Set<string>()
  for (const { entries, path, allow } of both) {
    const side: Side = { allow, source: 'file' in entries ? entries.file : path }
    const found = yield* readEntries(entries, path, read, contentOf)
    for (const value of found.values) {
      values.push(value)
      owners.push(side)
    }
    if ('file' in entries && found.values.length > 0) listed.add(entries.file)
    for (const problem of found.problems) problems.push(problem)
  }
  return { values, owners, problems, listed }
}
