/**
 * Reads dates, and the route of a message from its Received fields. The sender can forge every one of them: they excuse
 * a message, and only contradictions count against it.
 */
import { organisationOf } from '../dns/organisation.ts'
import type { HeaderFields } from '../model/header.ts'

/** One Received field. */
export interface Hop {
  /** The name after `from`, in lower case; '' if there is none. */
  readonly from: string
  /** The server that wrote the field, in lower case. */
  readonly by: string
  /** A user handed the message in: an authenticated session (RFC 3848), a web page, or a local program. */
  readonly submitted: boolean
  /** Milliseconds since 1970; absent if the time is malformed. */
  readonly at?: number
}

/** Received fields that are read; `loop` refuses messages with more. */
const MAX = 30

const read = new WeakMap<HeaderFields, readonly Hop[]>()

/** The hops from the last server to the first. Cached by header section. */
export function readRoute(header: HeaderFields): readonly Hop[] {
  const known = read.get(header)
  if (known) return known
  const route = header
    .all('received')
    .slice(0, MAX)
    .map(({ value }) => readHop(value.slice(0, 2000)))
  read.set(header, route)
  return route
}

function readHop(value: string): Hop {
  const semicolon = value.lastIndexOf(';')
  const at = semicolon < 0 ? undefined : readDate(value.slice(semicolon + 1))
  return {
    from: /^\s*from\s+([^\s();]{1,255})/i.exec(value)?.[1]?.toLowerCase() ?? '',
    by: /\bby\s+([^\s();]{1,255})/i.exec(value)?.[1]?.toLowerCase() ?? '',
    submitted: SUBMITTED.test(value),
    ...(at !== undefined && { at }),
  }
}

const SUBMITTED = /\bwith\s+(?:e?smtps?a|utf8smtps?a|https?|local|mapi)\b|\(authenticated sender/i

const LOOPBACK = /^(?:localhost|localhost\.localdomain|\[?127\.[\d.]{5,11}\]?|\[?(?:ipv6:)?::1\]?)$/

/** Whether the `from` clause names another machine than the server that wrote the field. */
const isOtherMachine = ({ from, by }: Hop): boolean => from !== '' && from !== by && !LOOPBACK.test(from)

/** Whether the client wrote the message itself: no Received field names another machine before it. */
export const isDirect = (header: HeaderFields): boolean => !readRoute(header).some(isOtherMachine)

/**
 * Whether the client may have forwarded the message for another organisation. Users who hand their mail in, and servers
 * of one organisation among themselves, are no forwarding.
 */
export const mayBeForwarded = (header: HeaderFields): boolean =>
  readRoute(header).some(
    hop => isOtherMachine(hop) && !hop.submitted && organisationOf(hop.from) !== organisationOf(hop.by),
  )

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DATE =
  /^\s*(?:[a-z]{2,9}\.?,?\s+)?(\d{1,2})\s+([a-z]{3})[a-z]{0,6}\s+(\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|[a-z]{1,5})?/i

/** Reads a date of RFC 5322 §3.3, with the obsolete years and zones of §4.3. Returns milliseconds since 1970. */
function readDate(text: string): number | undefined {
  const [, day, month = '', year = '', hour, minute, second = '0', zone = ''] = DATE.exec(text.slice(0, 200)) ?? []
  const index = MONTHS.indexOf(month.toLowerCase())
  if (day === undefined || index < 0) return undefined
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second)]
  if (d < 1 || d > 31 || h > 23 || m > 59 || s > 60) return undefined
  // RFC 5322 §4.3: two digits from 50 on are of the 20th century, three digits count from 1900.
  const short = Number(year)
  const full = year.length >= 4 ? short : year.length === 3 || short >= 50 ? 1900 + short : 2000 + short
  return Date.UTC(full, index, d, h, m, s) - offsetOf(zone) * 60_000
}

const dates = new WeakMap<HeaderFields, { readonly at: number | undefined }>()

/** The time in the Date field; undefined where it is malformed or absent. Cached by header section. */
export function readDateField(header: HeaderFields): number | undefined {
  const known = dates.get(header)
  if (known) return known.at
  const at = readDate(header.get('date') ?? '')
  dates.set(header, { at })
  return at
}

const ZONES: Readonly<Record<string, number>> = {
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
}

function offsetOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? []
  if (sign === undefined) return ZONES[zone.toLowerCase()] ?? 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
