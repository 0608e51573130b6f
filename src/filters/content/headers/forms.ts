/** Rules for the format of header fields. */
import { isFreeMail } from '../../../links/hosting.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const forms = {
  'headers/unnecessary-base64': {
    group: 'format',
    fires: 'An HTML part is encoded in base64 although it is plain ASCII.',
    points: 0.7,
    max: 0.7,
    find: ({ parts }) => {
      const part = parts.all.find(
        ({ encoding, contentType, text, disposition }) =>
          encoding === 'base64' &&
          contentType === 'text/html' &&
          disposition !== 'attachment' &&
          text !== undefined &&
          text.length > 40 &&
          /^[\0-\x7f]*$/.test(text),
      )
      return part && 'an HTML part of plain ASCII is encoded in base64'
    },
  },
  'headers/high-priority': {
    group: 'format',
    fires: 'The message has a high priority and does not come from a list.',
    points: 0.5,
    max: 0.8,
    find: ({ header, list }) => {
      const urgent =
        /^\s*[12]\b/.test(header.get('x-priority') ?? '') || /high/i.test(header.get('importance')?.slice(0, 20) ?? '')
      return urgent && !list && 'the message has a high priority'
    },
  },
  'headers/digits-in-address': {
    group: 'format',
    fires: 'The local part of the author’s address at a free mail service ends in three digits.',
    points: 0.5,
    max: 1,
    find: ({ from }) =>
      from !== undefined &&
      isFreeMail(from.domain) &&
      /\d{3}$/.test(from.local) &&
      `the author’s address ends in digits: ${quote(`${from.local}@${from.domain}`)}`,
  },
  'headers/reserved-reply-to': {
    group: 'format',
    fires: 'Reply-To has a domain that is reserved for examples and tests (RFC 2606), and the author has another one.',
    points: 1,
    find: ({ from, replyTo }) =>
      replyTo !== undefined &&
      from?.organisation !== replyTo.organisation &&
      RESERVED.test(replyTo.domain) &&
      `answers go to ${quote(replyTo.domain)}, which is reserved for examples`,
  },
  'headers/unreachable-author': {
    group: 'format',
    fires: 'The author’s domain has no dot, or a TLD that no mail server can be in.',
    points: 1,
    find: ({ from }) =>
      from !== undefined &&
      (!from.domain.includes('.') || /\.(?:local|localdomain|lan|internal|invalid|test|example)$/.test(from.domain)) &&
      !/\.example$/.test(from.domain) &&
      `mail to the author’s domain ${quote(from.domain)} cannot be delivered`,
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** Without .invalid, in which lists hide addresses from harvesters. */
const RESERVED = /(?:^|\.)(?:example(?:\.(?:com|net|org|edu))?|test|localhost)$/
