/**
 * The configured zones of `dnsbl` and `uribl`: the points of a return code, and the part of a zone's name that may be
 * shown.
 */

import type { ListKind } from '../../dns/list.ts'
import { queryName } from '../../dns/name.ts'
import { flag, oneOf, score, text } from '../../model/checks.ts'
import { check, either, hidden, isRecord, list, object, record, required, type Shape } from '../../model/options.ts'
import { addressBytes } from '../../net/address.ts'

/** The points of a listing; negative points make an allow list. */
export type DnsblPoints =
  /** Whatever the return code. */
  | number
  /**
   * By the whole return code, as `{ '127.0.0.2': 6, '127.0.0.4': 3 }`. Other codes count nothing; of several the
   * strongest counts.
   */
  | Readonly<Record<`127.${number}.${number}.${number}`, number>>
  /** By the bits of the last byte, as `{ bits: { 2: 3, 64: 1.5 } }`. The points of all bits that are set add up. */
  | { readonly bits: Readonly<Record<number, number>> }

/** One DNS list. */
export interface DnsblZone {
  /** The zone of the list, including the key where the list requires one. */
  readonly zone: string
  /**
   * The name of the list in reasons and warnings.
   * @default the zone, with labels of 16 or more characters, which may be keys, as `…`
   */
  readonly label?: string
  /** The points of a listing. @default 4 */
  readonly points?: DnsblPoints
  /** The list has IPv6 addresses besides IPv4. @default false */
  readonly ipv6?: boolean
}

/** A zone with its defaults. */
export interface List {
  readonly zone: string
  readonly label: string
  readonly ipv6: boolean
  readonly holds: ListKind
  /** The labels of the zone that may be keys. */
  readonly secrets: readonly string[]
  readonly weigh: (codes: readonly string[]) => number
}

/** Fills in the defaults of zones. @param defaultHolds what a zone has unless it says so */
export const readZones = (zones: readonly AnyZone[], defaultHolds: ListKind): readonly List[] =>
  zones.map(({ zone, label = shown(zone), points = 4, ipv6 = false, holds = defaultHolds }) => ({
    zone,
    label,
    ipv6,
    holds,
    secrets: zone.split('.').filter(isKey),
    weigh: codes => weight(points, codes),
  }))

type AnyZone = DnsblZone & { readonly holds?: ListKind }

function weight(points: DnsblPoints, codes: readonly string[]): number {
  if (typeof points === 'number') return points
  if (isBits(points)) {
    const set = codes.reduce((bits, code) => bits | (addressBytes(code)[3] ?? 0), 0)
    return Object.entries(points.bits).reduce((sum, [bit, value]) => sum + (set & Number(bit) ? value : 0), 0)
  }
  const values = new Map(Object.entries(points))
  return codes.map(code => values.get(code) ?? 0).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
}

const isBits = (points: Exclude<DnsblPoints, number>): points is { readonly bits: Readonly<Record<number, number>> } =>
  'bits' in points

/** Zones of paid lists contain the customer's key as a label, which must not get into logs. */
const shown = (zone: string): string =>
  zone
    .split('.')
    .map(label => (isKey(label) ? '…' : label))
    .join('.')

const isKey = (label: string): boolean => label.length >= MIN_KEY_LENGTH

const MIN_KEY_LENGTH = 16

// 32 nibbles and their dots precede the zone in a query.
const MAX_ZONE_LENGTH = 253 - 64

// The key must not be shown, not even when the rest of the name is wrong.
const zoneName = hidden<string>('the name of a DNS list, such as bl.example.org', zone => {
  const name = typeof zone === 'string' ? queryName(zone) : undefined
  return name !== undefined && name.length <= MAX_ZONE_LENGTH
})

const byCode = record(
  check<string>('a return code such as 127.0.0.2', key => isCode(String(key))),
  score(),
  'points by return code',
)
const byBit = object<{ readonly bits: Readonly<Record<number, number>> }>({
  bits: required(
    record(
      check<string>('a bit from 1 to 128', key => BITS.has(String(key))),
      score(),
      'points by bit',
    ),
  ),
})

const pointsCheck = either<DnsblPoints>('a number of points, or points by return code', found => {
  if (!isRecord(found)) return score()
  return 'bits' in found ? byBit : byCode
})

const zoneShape: Shape<DnsblZone> = {
  zone: required(zoneName),
  label: text('a text to show, or no label at all'),
  points: pointsCheck,
  ipv6: flag(),
}

/** @internal */
export const dnsblZones = list(object<DnsblZone>(zoneShape, 'a zone'), "zones such as { zone: 'bl.example.org' }", {
  min: 1,
})

/** @internal */
export const uriblZones = list(
  object<AnyZone>({ ...zoneShape, holds: oneOf('domains', 'addresses') }, 'a zone'),
  "zones such as { zone: 'dbl.example.org' }",
  { min: 1 },
)

const BITS: ReadonlySet<string> = new Set(['1', '2', '4', '8', '16', '32', '64', '128'])

const isCode = (key: string): boolean => {
  const bytes = addressBytes(key)
  return bytes.length === 4 && bytes[0] === 127 && key !== '127.0.0.1'
}
