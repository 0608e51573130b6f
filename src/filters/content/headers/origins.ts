/** Rules for dates and Message-IDs that are malformed or contradict the rest of the message. */
import { organisationalDomain, organisationOf } from '../../../dns/organisation.ts'
import { readDateField, readRoute } from '../../../facts/route.ts'
import type { HeaderFields } from '../../../model/header.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

const [HOUR, DAY] = [3_600_000, 86_400_000]

export const origins = {
  'headers/date-malformed': {
    group: 'date',
    fires: 'The Date field is not a date of RFC 5322 §3.3, in its obsolete forms either.',
    points: 1,
    find: ({ header }) => {
      const date = header.get('date')
      return date !== undefined && readDateField(header) === undefined && `the Date field is malformed: ${quote(date)}`
    },
  },
  'headers/date-impossible': {
    group: 'date',
    fires: 'The Date field has no time zone, or a time zone that does not exist.',
    points: 1,
    find: ({ header }) => {
      const date = header.get('date') ?? ''
      const zone = /[+-](\d\d)(\d\d)(?:\s*\(.{0,60}\))?\s*$/.exec(date.slice(0, 200))
      const wrong = zone
        ? Number(zone[1]) > 14 || Number(zone[2]) > 59
        : /\d\d:\d\d(?::\d\d)?\s*$/.test(date.slice(0, 200))
      return wrong && `the Date field has no time zone, or a time zone that does not exist: ${quote(date)}`
    },
  },
  'headers/date-future': {
    group: 'date',
    fires: 'The Date field is more than a day ahead of our clock, or of the last Received field.',
    points: 2,
    find: ({ header, message }) => {
      const date = readDateField(header)
      const now = Math.min(message.clock.now(), readRoute(header)[0]?.at ?? Number.POSITIVE_INFINITY)
      return date !== undefined && date > now + DAY && `the Date field is ${inHours(date - now)} in the future`
    },
  },
  'headers/date-ahead': {
    group: 'date',
    fires: 'The Date field is more than six hours ahead of the first Received field.',
    points: 1,
    find: ({ header }) => {
      const date = readDateField(header)
      const first = readRoute(header).at(-1)?.at
      return (
        date !== undefined &&
        first !== undefined &&
        date > first + 6 * HOUR &&
        date <= first + DAY &&
        `the Date field is ${inHours(date - first)} ahead of the first Received field`
      )
    },
  },
  'headers/date-past': {
    group: 'date',
    fires: 'The Date field is more than four days before the first Received field.',
    points: 1,
    max: 1,
    find: ({ header }) => {
      const date = readDateField(header)
      const first = readRoute(header).at(-1)?.at
      return (
        date !== undefined &&
        first !== undefined &&
        date < first - 4 * DAY &&
        `the Date field is ${inHours(first - date)} before the first Received field`
      )
    },
  },
  'headers/message-id-malformed': {
    group: 'message-id',
    fires: 'The Message-ID does not have the form `<left@right>`, or contains blanks.',
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
    group: 'message-id',
    fires:
      'The right side of the Message-ID is an IP address, or the name that a rented server or a new Windows has by default.',
    points: 0.7,
    find: ({ header }) => {
      const host = idHost(header)
      return (
        host !== undefined &&
        DEFAULT_NAME.test(host) &&
        `the right side of the Message-ID is an address, or the name of a machine that was never named: ${quote(host)}`
      )
    },
  },
  'headers/message-id-local-part': {
    group: 'message-id',
    fires:
      'The Message-ID has the form of Outlook Express, and ends in the author’s local part instead of a host name.',
    points: 1,
    find: ({ header, from }) => {
      const id = header.all('message-id')[0]?.value ?? ''
      const end = /^<[0-9a-f]{8,12}\$[0-9a-f]{8}\$[0-9a-f]{8}@([^@<>\s.]{4,64})>\s*$/.exec(id)?.[1]
      return end !== undefined && end === from?.local && `the Message-ID ends in the author’s local part: ${quote(id)}`
    },
  },
  'headers/message-id-free-mail': {
    group: 'message-id',
    fires:
      'The author has an address of a large free mail service, the header shows no sign of that service, and no list sent the message.',
    points: 2,
    find: ({ from, header }) => {
      const service = from && SERVICES.find(([domain]) => domain.test(from.domain))
      if (!service || !from || isFromList(header)) return undefined
      const [, mark] = service
      const seen =
        mark.test(idHost(header) ?? '') ||
        header.all('received').some(({ value }) => mark.test(value.slice(0, 1000))) ||
        header.all('dkim-signature').some(({ value }) => mark.test(value.slice(0, 1000)))
      return !seen && `the author writes from ${quote(from.domain)}, and the header shows no sign of that service`
    },
  },
  'headers/message-id-relay': {
    group: 'message-id',
    fires:
      'A server of another organisation added the Message-ID, because the client sent none, and no list sent the message.',
    points: 1,
    max: 1,
    find: ({ header, from, message }) => {
      const host = idHost(header)
      const organisation = host && organisationOf(host)
      if (!host || organisation === from?.organisation || message.reversePath === '' || isFromList(header))
        return undefined
      const made = readRoute(header).some(
        ({ by, from: client }) => by === host && /[.:]/.test(client) && organisationalDomain(client) !== organisation,
      )
      return made && `the server ${quote(host)} on the route added the Message-ID`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** Domains of free mail services, and the marks that every message of the service has in its header. */
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

/** An address; names of Windows, of cloud images, of virtual machines, of containers. People name their machines. */
const DEFAULT_NAME =
  /^(?:[\d.]{7,15}|win-[a-z0-9]{11}|desktop-[a-z0-9]{7}|(?:ubuntu|debian|centos|fedora|rockylinux|almalinux)-s-\d.{1,60}|v(?:ps|mi?)-?\d{4,10}|vps-[\w-]{3,40}|ip-\d{1,3}(?:-\d{1,3}){3}(?:\.ec2\.internal)?|[0-9a-f]{12})$/

const isFromList = (header: HeaderFields): boolean =>
  header.all('list-id').length > 0 || header.all('list-post').length > 0

function idHost(header: HeaderFields): string | undefined {
  const id = header.all('message-id')[0]?.value ?? ''
  return /@([^@<>\s]{1,255})>?\s*$/.exec(id.slice(-300))?.[1]?.toLowerCase()
}

const inHours = (ms: number): string =>
  ms > 2 * DAY ? `${Math.round(ms / DAY)} days` : `${Math.round(ms / HOUR)} hours`
