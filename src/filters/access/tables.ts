/** Lists made into tables: for each kind of entry a function that finds the most specific one, and says whose it is. */
import type { Problem } from '../../core/errors.ts'
import { networkOf } from '../../net/address.ts'
import { findName, readMailbox, readName } from '../../net/names.ts'
import { type Misread, networkTable, readNetwork } from '../../net/networks.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { type Entries, readEntries } from './entries.ts'

/** One list of one side. */
export interface Side {
  readonly allow: boolean
  /** `deny.networks`, or the name of the file. */
  readonly source: string
}

/** A table of one kind. Undefined: nobody lists it. */
export interface Table<Found> {
  readonly size: number
  readonly find: (text: string) => Found | undefined
}

/** A table, and what was wrong with its entries. */
export interface Compiled<Found> {
  readonly table: Table<Found>
  readonly problems: readonly Problem[]
}

/** Both sides of one kind. Where both list the same, `allow` wins. */
export interface Sides {
  readonly allow?: Entries | undefined
  readonly deny?: Entries | undefined
}

/** A side, and how long the prefix is that says so. */
export interface NetworkSide extends Side {
  readonly prefix: number
}

/** A client's address, found in its networks. Of nested ones the most specific wins. */
export function networks(kind: string, sides: Sides): Compiled<NetworkSide> {
  const { values, owners, problems } = readBoth(kind, sides, readNetwork)
  const { size, find } = networkTable(values)
  // The networks are many, what is said of them is not: the same few objects are kept for all.
  const different = new Map<string, NetworkSide>()
  const found = values.map(({ prefix }, index) => {
    const { allow = false, source = '' } = owners[index] ?? {}
    const key = `${allow} ${prefix} ${source}`
    const side = different.get(key) ?? { allow, source, prefix }
    different.set(key, side)
    return side
  })
  const table = {
    size,
    find: (ip: string) => {
      const index = find(ip)
      return index < 0 ? undefined : found[index]
    },
  }
  return { table, problems }
}

/** `192.0.2.1 in 192.0.2.0/24`: a client and the network in which {@link networks} has found it. */
export function placed(ip: string, { prefix }: NetworkSide): string {
  const single = prefix === (ip.includes(':') ? 128 : 32)
  return single ? ip : `${ip} in ${networkOf(ip, { v4: prefix, v6: prefix })}`
}

/** A domain, given in the form of `domainOf`. The longest entry wins. */
export function names(kind: string, sides: Sides): Compiled<Side> {
  const { map, problems } = readMap(kind, sides, readName)
  return { table: { size: map.size, find: name => findName(map, name) }, problems }
}

/** A whole address, in any case. */
export function addresses(kind: string, sides: Sides): Compiled<Side> {
  const { map, problems } = readMap(kind, sides, readMailbox)
  return { table: { size: map.size, find: path => map.get(addressKey(mailboxOf(path))) }, problems }
}

function readMap(kind: string, sides: Sides, read: (text: string) => string | Misread) {
  const { values, owners, problems } = readBoth(kind, sides, read)
  const map = new Map<string, Side>()
  for (const [index, value] of values.entries()) {
    const side = owners[index]
    if (side && !map.has(value)) map.set(value, side)
  }
  return { map, problems }
}

/** Allowed entries first, because of equal ones the first wins. */
function readBoth<T>(kind: string, { allow = [], deny = [] }: Sides, read: (text: string) => T | Misread) {
  const both = [
    { entries: allow, path: `allow.${kind}`, allow: true },
    { entries: deny, path: `deny.${kind}`, allow: false },
  ]
  const values: T[] = []
  const owners: Side[] = []
  const problems: Problem[] = []
  for (const { entries, path, allow } of both) {
    const side: Side = { allow, source: 'file' in entries ? entries.file : path }
    const found = readEntries(entries, path, read)
    for (const value of found.values) {
      values.push(value)
      owners.push(side)
    }
    for (const problem of found.problems) problems.push(problem)
  }
  return { values, owners, problems }
}
