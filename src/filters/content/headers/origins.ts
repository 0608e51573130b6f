/** Dates and Message-IDs that contradict the rest of the message. */
import { organisationalDomain } from '../../../dns/organisation.ts'
import type { HeaderFields } from '../../../model/header.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'
import { readDate, readRoute } from './route.ts'

const [HOUR, DAY] = [3_600_000, 86_400_000]

export const origins = {
  'headers/date-form': {
    group: 'date',
    fires: 'The Date field is no date as RFC 5322 §3.3 has it, in the obsolete forms neither.',
    points: 1,
    find: ({ header }) => {
      const date = header.get('date')
      return date !== undefined && readDate(date) === undefined && `the Date field is no date: ${quote(date)}`
    },
  },
  'headers/date-impossible': {
    group: 'date',
    fires: 'The Date field names a time zone, a day or an hour that does not exist, or none at all.',
    points: 1,
    find: ({ header }) => {
      const date = header.get('date') ?? ''
      const zone = /[+-](\d\d)(\d\d)(?:\s*\(.{0,60}\))?\s*$/.exec(date.slice(0, 200))
      const wrong = zone
        ? Number(zone[1]) > 14 || Number(zone[2]) > 59
        : /\d\d:\d\d(?::\d\d)?\s*$/.test(date.slice(0, 200))
      return wrong && `the Date field has no time zone, or one that does not exist: ${quote(date)}`
    },
  },
  'headers/date-future': {
    group: 'date',
    fires: 'The message is dated more than a day ahead, of our clock or of the last server it came through.',
    points: 2,
    find: ({ header, message }) => {
      const date = readDate(header.get('date') ?? '')
      const now = Math.min(message.clock.now(), readRoute(header)[0]?.at ?? Number.POSITIVE_INFINITY)
      return date !== undefined && date > now + DAY && `the message is dated ${inHours(date - now)} ahead`
    },
  },
  'headers/date-past': {
    group: 'date',
    fires: 'The message is dated more than four days before the first server took it.',
    points: 1,
    max: 1,
    find: ({ header }) => {
      const date = readDate(header.get('date') ?? '')
      const first = readRoute(header).at(-1)?.at
      return (
        date !== undefined &&
        first !== undefined &&
        date < first - 4 * DAY &&
        `the message is dated ${inHours(first - date)} before the first server took it`
      )
    },
  },
  'headers/message-id-form': {
    group: 'id',
    fires: 'The Message-ID is not of the form `<left@right>`, or has blanks, or more than one of a part.',
    points: 1,
    max: 2,
    find: ({ header }) => {
      const id = header.all('message-id')[0]?.value
      return (
        id !== undefined &&
        !/^<[^<>@\s]{1,500}@[^<>@\s]{1,500}>$/.test(id) &&
        `the Message-ID is malformed: ${quote(id)}`
      )
    },
  },
  'headers/message-id-host': {
    group: 'id',
    fires:
      'What stands behind the `@` of the Message-ID is no name of a host: an address, `localhost`, or a single label.',
    points: 0.7,
    find: ({ header }) => {
      const host = idHost(header)
      const odd =
        host !== undefined && (!host.includes('.') || /^[\d.[\]]+$/.test(host) || /localhost|localdomain/.test(host))
      return odd && `the Message-ID names no host: ${quote(host)}`
    },
  },
  'headers/message-id-free-mail': {
    group: 'id',
    fires: 'The author is at a large free mail service, and nothing in the message has gone through it.',
    points: 2,
    find: ({ from, header }) => {
      const service = from && SERVICES.find(([domain]) => domain.test(from.domain))
      if (!service || !from) return undefined
      const [, mark] = service
      const seen =
        mark.test(idHost(header) ?? '') ||
        header.all('received').some(({ value }) => mark.test(value.slice(0, 1000))) ||
        header.all('dkim-signature').some(({ value }) => mark.test(value.slice(0, 1000)))
      return !seen && `the author is at ${quote(from.domain)}, and nothing in the message has gone through it`
    },
  },
  'headers/message-id-relay': {
    group: 'id',
    fires: 'The Message-ID was made by a server on the way, for a client that had given none.',
    points: 1,
    max: 1,
    find: ({ header, from }) => {
      const host = idHost(header)
      const organisation = host && (organisationalDomain(host) ?? host)
      if (!host || organisation === from?.organisation) return undefined
      const route = readRoute(header)
      const made = route.some(
        ({ by, from: client }) => by === host && client !== '' && organisationalDomain(client) !== organisation,
      )
      return made && `the Message-ID was made by the server ${quote(host)} on the way`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** Domains of services, and what stands in all mail that has gone through them. */
const SERVICES: readonly (readonly [domain: RegExp, mark: RegExp])[] = [
  [/^g(?:oogle)?mail\.com$/, /g(?:oogle)?mail|google/i],
  [/^(?:hotmail|live|msn|outlook)\.[a-z.]{2,6}$/, /hotmail|outlook|live\.com|msn\.|microsoft/i],
  [/^(?:yahoo\.[a-z.]{2,6}|ymail\.com|rocketmail\.com)$/, /yahoo|ymail|rocketmail/i],
  [/^(?:aol|aim|netscape|compuserve)\.(?:com|net)$/, /aol\.|yahoo|mx\.netscape|compuserve|netscape/i],
  [/^(?:icloud|me|mac)\.com$/, /icloud|apple|me\.com|mac\.com/i],
  [
    /^(?:excite|lycos|juno|netzero|eudoramail|mail2world)\.(?:com|net)$/,
    /excite|lycos|juno|netzero|untd|eudoramail|mail2world/i,
  ],
]

function idHost(header: HeaderFields): string | undefined {
  const id = header.all('message-id')[0]?.value ?? ''
  return /@([^@<>\s]{1,255})>?\s*$/.exec(id.slice(-300))?.[1]?.toLowerCase()
}

const inHours = (ms: number): string =>
  ms > 2 * DAY ? `${Math.round(ms / DAY)} days` : `${Math.round(ms / HOUR)} hours`
