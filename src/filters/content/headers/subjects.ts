/** Rules for the recipient fields and the subject. */
import { plain } from '../../../links/plain.ts'
import type { HeaderFields } from '../../../model/header.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const subjects = {
  'headers/no-recipient': {
    group: 'recipients',
    fires: 'Neither To nor Cc contains an address, and no server bounces a message.',
    points: 0.8,
    find: ({ header, to, message }) => {
      if (header.all('cc').length > 0 || message.reversePath === '') return undefined
      const noRecipient = header.all('to').length === 0 || to.every(({ domain }) => domain === '')
      // One fact is charged once: `undisclosed-recipients` has its rule.
      return noRecipient && !UNDISCLOSED.test(shownTo(header)) && 'neither To nor Cc contains an address'
    },
  },
  'headers/undisclosed-recipients': {
    group: 'recipients',
    fires: 'The To field has words such as “undisclosed recipients” in place of addresses.',
    points: 0.7,
    find: ({ header }) => {
      const to = shownTo(header)
      return UNDISCLOSED.test(to) && `the To field is ${quote(to)}`
    },
  },
  'headers/many-recipients': {
    group: 'recipients',
    fires: 'To contains at least ten addresses, most of which begin with the same letter.',
    points: 1,
    find: ({ to }) => {
      const firsts = Map.groupBy(to, ({ local }) => local.slice(0, 1).toLowerCase())
      const most = Math.max(0, ...[...firsts.values()].map(({ length }) => length))
      return (
        to.length >= 10 &&
        most > to.length * 0.7 &&
        `To contains ${to.length} addresses, most of which begin with the same letter`
      )
    },
  },
  'headers/subject-capitals': {
    group: 'subject',
    fires: 'The subject is in capitals.',
    points: 0.8,
    max: 1.2,
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
  'headers/subject-punctuation': {
    group: 'subject',
    fires: 'The subject has repeated exclamation marks or currency signs, or is marked as an advertisement.',
    points: 0.8,
    max: 1.2,
    find: ({ subject }) =>
      /!{2}|\${2}|!\s*\$|[\u20ac£$]\d[\d,.]*.{0,60}!|\*{3}|^\s*\[?adv?\b[:\]-]|={3}|>{3}/i.test(
        subject.slice(0, 300),
      ) && `the subject has conspicuous punctuation: ${quote(subject)}`,
  },
  'headers/subject-random-suffix': {
    group: 'subject',
    fires: 'The subject ends in a string that stands apart behind a run of blanks, and makes each copy different.',
    points: 1.5,
    find: ({ message }) => {
      // As it was sent: the subject of the view has one blank in place of a long run of them. A fold is one blank.
      const [field] = message.header.all('subject')
      const end =
        field?.raw
          .toString('latin1')
          .replace(/\r?\n[ \t]+/g, ' ')
          .trimEnd()
          .slice(-100) ?? ''
      const mark = /(?:\s{4}|\t)\W{0,3}([a-z0-9]{4,20})\W{0,3}$/i.exec(end)?.[1]
      return mark !== undefined && `the subject ends in the random string ${quote(mark)}`
    },
  },
  'headers/subject-recipient-name': {
    group: 'subject',
    fires: 'The subject begins with the local part of the recipient’s address.',
    points: 1.5,
    find: ({ subject, to, message }) => {
      const start = plain(subject.slice(0, 120))
      const locals = [...to.map(({ local }) => local), ...message.forwardPaths.map(path => path.split('@', 1)[0] ?? '')]
      const named = locals.slice(0, 20).find(local => local.length >= 4 && start.startsWith(`${plain(local)},`))
      return named !== undefined && `the subject begins with the recipient’s local part ${quote(named)}`
    },
  },
  'headers/subject-recipient-address': {
    group: 'subject',
    fires: 'The subject contains the recipient’s address.',
    points: 1.2,
    find: ({ subject, to, message }) => {
      const text = subject.slice(0, 300).toLowerCase()
      const own = [...to.map(({ local, domain }) => `${local}@${domain}`), ...message.forwardPaths].slice(0, 20)
      const named = own.find(address => address.length > 5 && text.includes(address.toLowerCase()))
      return named !== undefined && `the subject contains the recipient’s address ${quote(named)}`
    },
  },
  'headers/subject-empty': {
    group: 'subject',
    fires: 'The message has no subject, or an empty one.',
    points: 0.4,
    max: 0.4,
    find: ({ subject }) => subject.trim() === '' && 'the message has no subject',
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const UNDISCLOSED = /undisclosed|recipient list|suppressed|valued|list member/i

const shownTo = (header: HeaderFields): string => header.get('to')?.slice(0, 300) ?? ''
