/** The zones of `dnsbl` and `uribl` as they are configured: what a return code weighs, and what of a zone's name may be shown. */
import { PosternError, type Problem } from '../core/errors.ts'
import { type Holds, TEST_POINTS } from '../dns/list.ts'
import { queryName } from '../dns/name.ts'
import { toOctets } from '../net/address.ts'

/** What a listing weighs; negative points make an allow list. */
export type DnsblPoints =
  /** Whatever the return code. */
  | number
  /** By the whole return code, as `{ '127.0.0.2': 6, '127.0.0.4': 3 }`. A code not named counts nothing; of several the strongest counts. */
  | Readonly<Record<`127.${number}.${number}.${number}`, number>>
  /** By the bits of the last octet, as `{ bits: { 2: 3, 64: 1.5 } }`. The points of all bits that are set add up. */
  | { readonly bits: Readonly<Record<number, number>> }

export interface DnsblZone {
  /** The name that is asked, key included where the list wants one. */
  readonly zone: string
  /** What reasons and warnings call it. @default the zone, with labels of 16 or more characters, which may be keys, as `…` */
  readonly label?: string
  /** What a listing weighs. @default 4 */
  readonly points?: DnsblPoints
  /** The list holds IPv6 addresses besides IPv4. @default false */
  readonly ipv6?: boolean
}

/** A zone that is ready to be asked. */
export interface List {
  readonly zone: string
  readonly label: string
  readonly ipv6: boolean
  readonly holds: Holds
  /** The labels of the zone that may be keys. */
  readonly secrets: readonly string[]
  readonly weigh: (codes: readonly string[]) => number
}

export interface ReadOptions {
  /** The filter whose zones they are. */
  readonly name: string
  /** What a zone holds that says nothing of it. */
  readonly holds: Holds
}

/** @throws PosternError with everything that is wrong. */
export function readZones(
  zones: readonly (DnsblZone & { readonly holds?: Holds })[],
  { name, holds: usual }: ReadOptions,
): readonly List[] {
  const problems = zones.flatMap((zone, index) => problemsOf(zone, `${name}.zones[${index}]`))
  if (problems.length > 0) throw new PosternError(problems)
  return zones.map(({ zone, label = shown(zone), points = 4, ipv6 = false, holds = usual }) => ({
    zone,
    label,
    ipv6,
    holds,
    secrets: zone.split('.').filter(isKey),
    weigh: codes => weight(points, codes),
  }))
}

function weight(points: DnsblPoints, codes: readonly string[]): number {
  if (typeof points === 'number') return points
  if (isBits(points)) {
    const set = codes.reduce((bits, code) => bits | (toOctets(code)[3] ?? 0), 0)
    return Object.entries(points.bits).reduce((sum, [bit, value]) => sum + (set & Number(bit) ? value : 0), 0)
  }
  const values = new Map(Object.entries(points))
  return codes.map(code => values.get(code) ?? 0).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
}

const isBits = (points: Exclude<DnsblPoints, number>): points is { readonly bits: Readonly<Record<number, number>> } =>
  'bits' in points

/** Lists sold by subscription carry the customer's key as a label, which must not get into logs. */
const shown = (zone: string): string =>
  zone
    .split('.')
    .map(label => (isKey(label) ? '…' : label))
    .join('.')

const isKey = (label: string): boolean => label.length >= SHORTEST_KEY

const SHORTEST_KEY = 16

// 32 nibbles and their dots stand in front of a zone's name.
const LONGEST_ZONE = 253 - 64

function problemsOf(
  { zone, label, points = 4, holds }: DnsblZone & { readonly holds?: Holds },
  path: string,
): readonly Problem[] {
  const name = queryName(zone)
  const badName = name === undefined || name.length > LONGEST_ZONE
  return [
    ...(badName ? [problem(`${path}.zone`, shown(zone), 'the name of a DNS list, such as bl.example.org')] : []),
    ...(label === '' ? [problem(`${path}.label`, label, 'a text to show, or no label at all')] : []),
    ...(holds === undefined || Object.hasOwn(TEST_POINTS, holds)
      ? []
      : [problem(`${path}.holds`, holds, "'domains' or 'addresses'")]),
    ...problemsOfPoints(points, `${path}.points`),
  ]
}

function problemsOfPoints(points: DnsblPoints, path: string): readonly Problem[] {
  if (typeof points === 'number') return Number.isFinite(points) ? [] : [problem(path, points, 'a number of points')]
  const byBits = isBits(points)
  const expectedKey = byBits ? 'a bit from 1 to 128' : 'a return code such as 127.0.0.2'
  const fits = byBits ? isBit : isCode
  return Object.entries(byBits ? points.bits : points).flatMap(([key, value]) => [
    ...(fits(key) ? [] : [problem(path, key, expectedKey)]),
    ...(Number.isFinite(value) ? [] : [problem(`${path}[${key}]`, value, 'a number of points')]),
  ])
}

const isBit = (key: string): boolean => [1, 2, 4, 8, 16, 32, 64, 128].includes(Number(key))

const isCode = (key: string): boolean => {
  const octets = toOctets(key)
  return octets.length === 4 && octets[0] === 127 && key !== '127.0.0.1'
}

const problem = (path: string, found: unknown, expected: string): Problem => ({
  path,
  found,
  expected,
  remedy: `write ${expected}`,
})
