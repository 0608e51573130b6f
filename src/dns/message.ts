/**
 * The wire format of a question and its reply (RFC 1035 §4, RFC 6891). Replies are hostile: strict, bounded, linear.
 */

import type { Records, RecordType } from '../model/resolver.ts'
import { formatAddress } from '../net/address.ts'

/** A question. */
export interface Query {
  readonly id: number
  /** In the case in which it is sent. */
  readonly name: string
  readonly type: RecordType
}

/** The reply of a server. */
export interface Reply {
  readonly rcode: number
  /** The reply did not fit into the packet. */
  readonly truncated: boolean
  /** The case of the question differs: the same name (RFC 4343), but perhaps from an attacker who did not see it. */
  readonly caseMismatch: boolean
  /** The server refers to other servers, which says nothing about the records. */
  readonly referral: boolean
  /** Records of the requested type, at the requested name or at the end of its aliases. */
  readonly records: readonly Records[RecordType][]
  /** Seconds: the least TTL of records and aliases, or the negative TTL of RFC 2308 §5; absent without either. */
  readonly ttl?: number
}

/** Why bytes are not a reply to this query: `foreign` is for another question, or forged. */
export type Mismatch = 'foreign' | 'malformed'

const numbers: { readonly [T in RecordType]: number } = { A: 1, NS: 2, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28 }
const SOA = 6
const IN = 1
const HEADER = 12
const MAX_RECORDS = 1_000
const MAX_ALIASES = 16
const MAX_NAME_LENGTH = 255
// A name of 255 bytes has at most this many labels, and so needs at most this many pointers.
const MAX_JUMPS = 128
// RFC 2181 §8: a TTL with its highest bit set counts as zero.
const MAX_TTL = 0x7fff_ffff
/** DNS flag day 2020: the largest packet that is not fragmented. Fragments could be forged. */
export const MAX_UDP_SIZE = 1_232
// The root, type OPT, the size, no flags, no options.
const optRecord = (size: number) => Buffer.of(0, 0, 41, size >> 8, size & 255, 0, 0, 0, 0, 0, 0)

/**
 * @param query with a name that `queryName` accepts
 * @param options.edns the largest UDP reply in bytes; 0 without EDNS
 */
export function encodeQuery({ id, name, type }: Query, { edns }: { readonly edns: number }): Buffer {
  const labels = name.split('.').map(label => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'))
  const head = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, edns > 0 ? 1 : 0])
  return Buffer.concat([head, ...labels, Buffer.of(0, 0, numbers[type], 0, IN), ...(edns > 0 ? [optRecord(edns)] : [])])
}

/** Parses a reply. Never throws. */
export function readReply(bytes: Buffer, { id, name, type }: Query): Reply | Mismatch {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== id) return 'foreign'
  if (bytes.length < HEADER) return 'malformed'
  const flags = bytes.readUInt16BE(2)
  // It must be a reply (QR) to a standard query (OPCODE 0).
  if ((flags & 0xf800) !== 0x8000) return 'foreign'
  const rcode = flags & 15
  // RFC 1035 allows a server that could not parse the question to omit it.
  if (bytes.readUInt16BE(4) === 0 && rcode !== 0 && rcode !== 3) return { ...empty, rcode }
  if (bytes.readUInt16BE(4) !== 1) return 'malformed'
  const asked = readName(bytes, HEADER)
  if (asked === undefined || asked.end + 4 > bytes.length) return 'malformed'
  if (asked.name.toLowerCase() !== name.toLowerCase()) return 'foreign'
  if (bytes.readUInt16BE(asked.end) !== numbers[type] || bytes.readUInt16BE(asked.end + 2) !== IN) return 'foreign'

  const truncated = (flags & 0x0200) !== 0
  const caseMismatch = asked.name !== name
  if (truncated) return { ...empty, rcode, truncated, caseMismatch }
  const sections = readSections(bytes, asked.end + 4)
  return sections === undefined ? 'malformed' : gather(bytes, sections, { rcode, name, type, caseMismatch })
}

const empty = { truncated: false, caseMismatch: false, referral: false, records: [] } as const

interface Entry {
  readonly owner: string
  readonly type: number
  readonly ttl: number
  /** Where its data begins and ends. */
  readonly start: number
  readonly end: number
}

interface Sections {
  readonly answers: readonly Entry[]
  readonly authority: readonly Entry[]
}

function readSections(bytes: Buffer, from: number): Sections | undefined {
  const counts = [bytes.readUInt16BE(6), bytes.readUInt16BE(8)] as const
  // Records beyond the limit are not read.
  const count = Math.min(counts[0] + counts[1], MAX_RECORDS)
  const entries: Entry[] = []
  let at = from
  while (entries.length < count) {
    const entry = readEntry(bytes, at)
    if (entry === undefined) return undefined
    entries.push(entry)
    at = entry.end
  }
  return { answers: entries.slice(0, counts[0]), authority: entries.slice(counts[0]) }
}

function readEntry(bytes: Buffer, from: number): Entry | undefined {
  const owner = readName(bytes, from)
  if (owner === undefined || owner.end + 10 > bytes.length) return undefined
  const at = owner.end
  const end = at + 10 + bytes.readUInt16BE(at + 8)
  if (end > bytes.length) return undefined
  const ttl = bytes.readUInt32BE(at + 4)
  // Type 0 marks a record of another class, which was not requested.
  const type = bytes.readUInt16BE(at + 2) === IN ? bytes.readUInt16BE(at) : 0
  return { owner: owner.name.toLowerCase(), type, ttl: ttl > MAX_TTL ? 0 : ttl, start: at + 10, end }
}

/** Follows the aliases from the requested name, and ignores records of other names. */
function gather(
  bytes: Buffer,
  { answers, authority }: Sections,
  asked: Omit<Query, 'id'> & Pick<Reply, 'rcode' | 'caseMismatch'>,
): Reply | 'malformed' {
  const { rcode, type, caseMismatch } = asked
  const aliases = new Map(answers.filter(entry => entry.type === numbers.CNAME).map(entry => [entry.owner, entry]))
  const ttls: number[] = []
  let owner = asked.name.toLowerCase()
  for (let hops = 0; type !== 'CNAME'; hops += 1) {
    const alias = aliases.get(owner)
    if (alias === undefined) break
    const target = readName(bytes, alias.start)
    if (target === undefined || target.end !== alias.end) return 'malformed'
    // Longer chains and loops give no record.
    if (hops === MAX_ALIASES) break
    ttls.push(alias.ttl)
    owner = target.name.toLowerCase()
  }
  const records: Records[RecordType][] = []
  for (const entry of answers) {
    if (entry.type !== numbers[type] || entry.owner !== owner) continue
    const record = readers[type](bytes, entry)
    // A malformed record does not invalidate the others.
    if (record !== undefined) records.push(record)
    ttls.push(entry.ttl)
  }
  if (records.length === 0) ttls.push(...negativeTtls(bytes, authority))
  const hasTtl = records.length > 0 || authority.some(entry => entry.type === SOA)
  const referral = !hasTtl && rcode === 0 && authority.some(entry => entry.type === numbers.NS)
  return { ...empty, rcode, caseMismatch, referral, records, ...(hasTtl && { ttl: Math.min(...ttls) }) }
}

/** RFC 2308 §5: the lesser of the SOA's own TTL and its MINIMUM field, which is its last. */
const negativeTtls = (bytes: Buffer, authority: readonly Entry[]): readonly number[] =>
  authority
    .filter(({ type, start, end }) => type === SOA && end - start >= 22)
    .map(({ ttl, end }) => Math.min(ttl, bytes.readUInt32BE(end - 4)))

type DataReader<T> = (bytes: Buffer, entry: Entry) => T | undefined

const readers: { readonly [T in RecordType]: DataReader<Records[T]> } = {
  A: (bytes, { start, end }) => (end - start === 4 ? [...bytes.subarray(start, end)].join('.') : undefined),
  AAAA: (bytes, { start, end }) => (end - start === 16 ? writeIPv6(bytes, start) : undefined),
  TXT: (bytes, { start, end }) => {
    const strings: string[] = []
    let at = start
    while (at < end) {
      const next = at + 1 + bytes.readUInt8(at)
      if (next > end) return undefined
      strings.push(bytes.toString('latin1', at + 1, next))
      at = next
    }
    return strings.length > 0 ? strings : undefined
  },
  MX: (bytes, { start, end }) => {
    const name = end - start > 2 ? readName(bytes, start + 2) : undefined
    if (name === undefined || name.end !== end) return undefined
    return { exchange: name.name, priority: bytes.readUInt16BE(start) }
  },
  PTR: readHost,
  NS: readHost,
  CNAME: readHost,
}

function readHost(bytes: Buffer, { start, end }: Entry): string | undefined {
  const name = readName(bytes, start)
  return name?.end === end ? name.name : undefined
}

const writeIPv6 = (bytes: Buffer, start: number): string =>
  formatAddress(
    Uint32Array.from({ length: 4 }, (_, index) => bytes.readUInt32BE(start + 4 * index)),
    4,
  )

/**
 * A name and where it ends. A dot inside a label is written `\.`, so that it is not taken for a separator. Each pointer
 * must point before the previous one (§4.1.4), which excludes loops.
 */
function readName(bytes: Buffer, from: number): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = []
  let end: number | undefined
  let at = from
  let lowest = from
  let size = 1
  for (let jumps = 0; jumps < MAX_JUMPS; ) {
    const length = at < bytes.length ? bytes.readUInt8(at) : 64
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 }
    if (length >= 192) {
      if (at + 2 > bytes.length) return undefined
      const target = bytes.readUInt16BE(at) & 0x3fff
      if (target >= lowest) return undefined
      end ??= at + 2
      at = target
      lowest = target
      jumps += 1
      continue
    }
    size += 1 + length
    if (length > 63 || at + 1 + length > bytes.length || size > MAX_NAME_LENGTH) return undefined
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length).replaceAll('.', '\\.'))
    at += 1 + length
  }
  return undefined
}
