/** What honest programs write in another way. */
import { isFreeMail } from '../../../links/hosting.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const forms = {
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
    max: 0.7,
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
    max: 0.8,
    find: ({ header, list }) => {
      const urgent =
        /^\s*[12]\b/.test(header.get('x-priority') ?? '') || /high/i.test(header.get('importance')?.slice(0, 20) ?? '')
      return urgent && !list && 'the message is marked as urgent'
    },
  },
  'headers/numbers-in-address': {
    group: 'form',
    fires: 'The author’s address at a free mail service ends in three digits or more, or is mostly digits.',
    points: 0.5,
    max: 1,
    find: ({ from }) =>
      from !== undefined &&
      isFreeMail(from.domain) &&
      /\d{3}$/.test(from.local) &&
      `the author is ${quote(`${from.local}@${from.domain}`)}`,
  },
  'headers/author-nowhere': {
    group: 'form',
    fires: 'The author’s domain has no dot, or an ending that does not exist in mail.',
    points: 1,
    find: ({ from }) =>
      from !== undefined &&
      (!from.domain.includes('.') || /\.(?:local|localdomain|lan|internal|invalid|test|example)$/.test(from.domain)) &&
      !/\.example$/.test(from.domain) &&
      `the author’s domain ${quote(from.domain)} cannot be answered`,
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>
