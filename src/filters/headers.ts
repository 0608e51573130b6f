/** Objects to header fields that no honest program writes so: impossible dates, foreign Message-IDs, forged mailers and routes. */
import type { Filter } from '../core/filter.ts'
import { organisationalDomain } from '../dns/organisation.ts'
import { isFreeMail } from '../links/hosting.ts'
import { plain } from '../links/plain.ts'
import type { HeaderFields } from '../mime/header.ts'
import { quote } from './content/quote.ts'
import { type RuleOptions, type RuleSet, ruleFilter } from './content/rule.ts'
import { type Sight, sight } from './content/sight.ts'
import { readDate, readRoute } from './headers/route.ts'

export interface HeadersOptions extends RuleOptions<HeadersRule> {}

export type HeadersRule = keyof typeof headersRules.rules

/**
 * The form of the section is the affair of `headerForm`; this looks at what stands in it.
 *
 * @example
 * headers({ points: { 'headers/many-recipients': 'off' } })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export const headers = (options: HeadersOptions = {}): Filter => ruleFilter(headersRules, options)

const [HOUR, DAY] = [3_600_000, 86_400_000]

/** @internal */
export const headersRules = {
  name: 'headers',
  about: 'Header fields that no honest program writes so.',
  caps: { date: 2.5, id: 3, mailer: 3, to: 2, subject: 3, route: 3, form: 2 },
  see: message => message.ask(sight),
  rules: {
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
      most: 1,
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
      most: 2,
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
      most: 1,
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
    'headers/outlook-forged': {
      group: 'mailer',
      fires:
        'The message claims to be of Outlook Express or has its priority field, and lacks what that program always writes.',
      points: 2,
      most: 2.5,
      find: ({ header }) => {
        const mailer = header.get('x-mailer') ?? ''
        const claims =
          /^Microsoft Outlook(?: Express|,|$| IMO| CWS)/.test(mailer) || header.all('x-msmail-priority').length > 0
        const proves =
          header.all('x-mimeole').length > 0 ||
          header.all('thread-index').length > 0 ||
          /Outlook 1[0-9]|Outlook, Build 1[0-9]|Macintosh/.test(mailer)
        return claims && !proves && `the message claims to be of ${quote(mailer || 'Outlook')}, and lacks its X-MimeOLE`
      },
    },
    'headers/outlook-id': {
      group: 'mailer',
      fires:
        'The Message-ID has the form of Outlook Express, and the message is of another program, or the time in it is another.',
      points: 1.5,
      most: 2.5,
      find: ({ header }) => {
        const id = header.all('message-id')[0]?.value ?? ''
        const dollar = /^<[0-9a-f]{12}\$[0-9a-f]{8}\$[0-9a-f]{8}@/.test(id)
        const mailer = header.get('x-mailer') ?? ''
        return (
          dollar &&
          !/outlook|microsoft/i.test(mailer) &&
          header.all('x-mimeole').length === 0 &&
          `the Message-ID is in the form of Outlook, and the mailer is ${quote(mailer || 'not named')}`
        )
      },
    },
    'headers/bulk-mailer': {
      group: 'mailer',
      fires:
        'The message was made by a program that is sold for sending to strangers, or by code that was put into somebody’s web site.',
      points: 2.5,
      find: ({ header }) => {
        const mailer = `${header.get('x-mailer') ?? ''} ${header.get('user-agent') ?? ''}`.slice(0, 200)
        if (BULK.test(mailer)) return `the mailer is ${quote(mailer.trim())}`
        const script = header.get('x-php-originating-script') ?? header.get('x-php-script') ?? ''
        return (
          /eval\(\)|runtime-created/.test(script.slice(0, 500)) &&
          `code inside of a web site has sent it: ${quote(script)}`
        )
      },
    },
    'headers/random-mailer': {
      group: 'mailer',
      fires: 'The mailer is called by letters and digits in turns.',
      points: 2,
      find: ({ header }) => {
        const mailer = header.get('x-mailer')?.trim() ?? ''
        const mixed = mailer.match(/[a-z]\d|\d[a-z]|[a-z][A-Z]/g)?.length ?? 0
        return /^[A-Za-z0-9]{10,60}$/.test(mailer) && mixed >= 3 && `the mailer is ${quote(mailer)}`
      },
    },
    'headers/random-field': {
      group: 'mailer',
      fires: 'A field has a name that nobody could pronounce.',
      points: 1,
      find: ({ header }) => {
        let looked = 0
        for (const { key } of header) {
          if (++looked > 100) return undefined
          if (/^x-[a-z]{8,}$/.test(key) && /[bcdfghjklmnpqrstvwxz]{7}/.test(key))
            return `a field is called ${quote(key)}`
        }
        return undefined
      },
    },
    'headers/no-recipient': {
      group: 'to',
      fires: 'There is neither To nor Cc, or they name nobody.',
      points: 0.8,
      find: ({ header, to }) => {
        const cc = header.all('cc').length > 0
        const nobody = header.all('to').length === 0 || to.every(({ domain }) => domain === '')
        return nobody && !cc && 'neither To nor Cc names anybody'
      },
    },
    'headers/undisclosed': {
      group: 'to',
      fires: 'The To field says in words that the recipients are not told.',
      points: 0.7,
      find: ({ header }) => {
        const to = header.get('to')?.slice(0, 300) ?? ''
        return /undisclosed|recipient list|suppressed|valued|list member/i.test(to) && `the To field is ${quote(to)}`
      },
    },
    'headers/many-recipients': {
      group: 'to',
      fires: 'To names at least ten mailboxes, most of them of one letter or of one domain.',
      points: 1,
      find: ({ to }) => {
        const firsts = Map.groupBy(to, ({ local }) => local.slice(0, 1).toLowerCase())
        const most = Math.max(0, ...[...firsts.values()].map(({ length }) => length))
        return to.length >= 10 && most > to.length * 0.7 && `To names ${to.length} mailboxes in alphabetical order`
      },
    },
    'headers/subject-capitals': {
      group: 'subject',
      fires: 'The subject is in capitals.',
      points: 0.8,
      most: 1.2,
      find: ({ subject }) => {
        const letters =
          subject
            .replace(/^(?:re|fw|fwd):/i, '')
            .match(/[A-Za-z]/g)
            ?.join('') ?? ''
        return (
          letters.length >= 10 && letters === letters.toUpperCase() && `the subject is in capitals: ${quote(subject)}`
        )
      },
    },
    'headers/subject-marks': {
      group: 'subject',
      fires: 'The subject has exclamation marks or currency signs in numbers, or says that it is an advertisement.',
      points: 0.8,
      most: 1.2,
      find: ({ subject }) =>
        /!{2}|\${2}|!\s*\$|[\u20ac£$]\d[\d,.]*.{0,60}!|\*{3}|^\s*\[?adv?\b[:\]-]|={3}|>{3}/i.test(
          subject.slice(0, 300),
        ) && `the subject shouts: ${quote(subject)}`,
    },
    'headers/subject-tail': {
      group: 'subject',
      fires: 'The subject ends in a mark that makes each copy different.',
      points: 1.5,
      find: ({ subject }) => {
        const tail = /(?:\s{4,}|\t)\S{0,3}([a-z0-9]{4,20})\S{0,3}$|[([{<#]([a-z0-9]{5,20})[)\]}>]?\s*$/i.exec(
          subject.slice(-100),
        )
        const mark = tail?.[1] ?? (/\d/.test(tail?.[2] ?? '') && /[a-z]/i.test(tail?.[2] ?? '') ? tail?.[2] : undefined)
        return mark !== undefined && `the subject ends in ${quote(mark)}`
      },
    },
    'headers/subject-names': {
      group: 'subject',
      fires: 'The subject begins with what stands before the `@` of the recipient’s address.',
      points: 1.5,
      find: ({ subject, to, message }) => {
        const start = plain(subject.slice(0, 120))
        const locals = [
          ...to.map(({ local }) => local),
          ...message.forwardPaths.map(path => path.split('@', 1)[0] ?? ''),
        ]
        const named = locals.slice(0, 20).find(local => local.length >= 4 && start.startsWith(`${plain(local)},`))
        return named !== undefined && `the subject calls the recipient ${quote(named)}`
      },
    },
    'headers/subject-empty': {
      group: 'subject',
      fires: 'There is no subject, or an empty one.',
      points: 0.4,
      most: 0.4,
      find: ({ subject }) => subject.trim() === '' && 'there is no subject',
    },
    'headers/forged-route': {
      group: 'route',
      fires:
        'A Received field is one that no server writes: two addresses and nothing else, or a name and an address that contradict each other.',
      points: 2,
      find: ({ header }) => {
        const field = header
          .all('received')
          .slice(0, 20)
          .find(({ value }) => FORGED.test(value.slice(0, 300)))
        return field && `a Received field is forged: ${quote(field.value)}`
      },
    },
    'headers/numeric-greeting': {
      group: 'route',
      fires: 'The first server was greeted with an address, or with the name of a private line.',
      points: 0.8,
      find: ({ header, message }) => {
        const helo = message.helo
        const first = readRoute(header).at(-1)?.from ?? ''
        const odd = [helo, first].find(name => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || PRIVATE.test(name))
        return odd !== undefined && `a server was greeted as ${quote(odd)}`
      },
    },
    'headers/route-backwards': {
      group: 'route',
      fires: 'A server on the way took the message more than six hours before the one ahead of it.',
      points: 1,
      find: ({ header }) => {
        const times = readRoute(header).flatMap(({ at }) => at ?? [])
        const back = times.find((at, index) => (times[index + 1] ?? at) > at + 6 * HOUR)
        return back !== undefined && 'the times in the Received fields run backwards'
      },
    },
    'headers/no-mime-version': {
      group: 'form',
      fires: 'There is a Content-Type and no MIME-Version (RFC 2045 §4).',
      points: 0.7,
      find: ({ header }) =>
        header.all('content-type').length > 0 &&
        header.all('mime-version').length === 0 &&
        'there is a Content-Type and no MIME-Version',
    },
    'headers/needless-base64': {
      group: 'form',
      fires: 'A text is in base64 though it is plain ASCII.',
      points: 0.7,
      most: 0.7,
      find: ({ parts }) => {
        const part = parts.all.find(
          ({ encoding, contentType, text, disposition }) =>
            encoding === 'base64' &&
            contentType.startsWith('text/') &&
            disposition !== 'attachment' &&
            text !== undefined &&
            text.length > 40 &&
            /^[\0-\x7f]*$/.test(text),
        )
        return part && `a ${part.contentType} of plain ASCII is in base64`
      },
    },
    'headers/urgent': {
      group: 'form',
      fires: 'The message is marked as urgent and comes from no list.',
      points: 0.5,
      most: 0.8,
      find: ({ header, list }) => {
        const urgent =
          /^\s*[12]\b/.test(header.get('x-priority') ?? '') ||
          /high/i.test(header.get('importance')?.slice(0, 20) ?? '')
        return urgent && !list && 'the message is marked as urgent'
      },
    },
    'headers/numbers-in-address': {
      group: 'form',
      fires: 'The author’s address at a free mail service ends in three digits or more, or is mostly digits.',
      points: 0.5,
      most: 1,
      find: ({ from }) =>
        from !== undefined &&
        isFreeMail(from.domain) &&
        /\d{3,}$/.test(from.local) &&
        `the author is ${quote(`${from.local}@${from.domain}`)}`,
    },
    'headers/author-nowhere': {
      group: 'form',
      fires: 'The author’s domain has no dot, or an ending that does not exist in mail.',
      points: 1,
      find: ({ from }) =>
        from !== undefined &&
        (!from.domain.includes('.') ||
          /\.(?:local|localdomain|lan|internal|invalid|test|example)$/.test(from.domain)) &&
        !/\.example$/.test(from.domain) &&
        `the author’s domain ${quote(from.domain)} cannot be answered`,
    },
  },
} satisfies RuleSet<Sight>

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

const BULK =
  /\b(?:mass ?mail|bulk ?mail|e?mail ?sender|quick ?sender|email blaster|ebmailer|easy dm|wc mail|advanced mass sender|dark ?mailer|send-?safe|stormpost|group mail|mailking|aristotle|emarketer|imktg|leaf php|aol 7\.0 for windows us sub|microsoft cdo for|ratware|smtp mailer|atomic mail|gammadyne|turbo-?mailer|worldmerge|rsvpmail|diffondi|floodgate|extractor|jixing|inet_mail_out|cybercreek|mach10|delivery expert|vc_mail|worldcast|zipmailer|dmailer|mmailer|prospect mailer|sharpmail|broadc@st)/i
const FORGED =
  /^from \[?\d{1,3}(?:\.\d{1,3}){3}\]? by \[?\d{1,3}(?:\.\d{1,3}){3}\]?|^from unknown \(\d|^from [a-z0-9.-]{1,80} \(unverified\)? ?by \d|^from ([a-z]{4,20}\d{2}) \(\1|^from \S{1,80} \(HELO \S{1,80}\) \(\d{1,3}(?:\.\d{1,3}){3}\) by (?!.{0,80}with)/i
const PRIVATE =
  /(?:\d{1,3}[-.]){3}\d{1,3}\.|(?:dsl|dial|ppp|dhcp|pool|dyn|cable|client|cust)[a-z0-9-]{0,20}[.-]\d|^[a-z]{1,3}\d{6,}$/

function idHost(header: HeaderFields): string | undefined {
  const id = header.all('message-id')[0]?.value ?? ''
  return /@([^@<>\s]{1,255})>?\s*$/.exec(id.slice(-300))?.[1]?.toLowerCase()
}

const inHours = (ms: number): string =>
  ms > 2 * DAY ? `${Math.round(ms / DAY)} days` : `${Math.round(ms / HOUR)} hours`
