/** Rules for mailers: bulk mailers, and programs that pretend to be another. */
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const mailers = {
  'headers/outlook-forged': {
    group: 'mailer',
    fires:
      'The message claims to be from Outlook Express, or names no program and has its priority field, and lacks the other fields of that program.',
    points: 2,
    max: 2.5,
    find: ({ header }) => {
      const mailer = header.get('x-mailer') ?? ''
      const claims =
        /^Microsoft Outlook(?: Express|,|$| IMO| CWS)/.test(mailer) ||
        (mailer === '' && header.all('x-msmail-priority').length > 0)
      const proves =
        header.all('x-mimeole').length > 0 ||
        header.all('thread-index').length > 0 ||
        /Outlook 1[0-9]|Outlook, Build 1[0-9]|Macintosh/.test(mailer)
      return (
        claims &&
        !proves &&
        `the message claims to be from ${quote(mailer || 'Outlook')}, and lacks its X-MimeOLE field`
      )
    },
  },
  'headers/outlook-message-id': {
    group: 'mailer',
    fires: 'The Message-ID has the form of Outlook Express, and another program wrote the message.',
    points: 1.5,
    max: 2.5,
    find: ({ header }) => {
      const id = header.all('message-id')[0]?.value ?? ''
      const dollar = /^<[0-9a-f]{12}\$[0-9a-f]{8}\$[0-9a-f]{8}@/.test(id)
      const mailer = header.get('x-mailer') ?? ''
      return (
        dollar &&
        !/outlook|microsoft/i.test(mailer) &&
        header.all('x-mimeole').length === 0 &&
        `the Message-ID has the form of Outlook, and the mailer is ${quote(mailer || 'not named')}`
      )
    },
  },
  'headers/bulk-mailer': {
    group: 'mailer',
    fires: 'The mailer is a known bulk mailer, or injected code of a web site sent the message.',
    points: 2.5,
    find: ({ header }) => {
      const mailer = `${header.get('x-mailer') ?? ''} ${header.get('user-agent') ?? ''}`.slice(0, 200)
      if (BULK.test(mailer)) return `the mailer is ${quote(mailer.trim())}`
      const script = header.get('x-php-originating-script') ?? header.get('x-php-script') ?? ''
      return (
        /eval\(\)|runtime-created/.test(script.slice(0, 500)) &&
        `injected code of a web site sent the message: ${quote(script)}`
      )
    },
  },
  'headers/random-mailer': {
    group: 'mailer',
    fires: 'The name of the mailer looks random.',
    points: 2,
    find: ({ header }) => {
      const mailer = header.get('x-mailer')?.trim() ?? ''
      const mixed = mailer.match(/[a-z]\d|\d[a-z]|[a-z][A-Z]/g)?.length ?? 0
      return /^[A-Za-z0-9]{10,60}$/.test(mailer) && mixed >= 3 && `the mailer is ${quote(mailer)}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const BULK =
  /\b(?:mass ?mail|bulk ?mail|e?mail ?sender|quick ?sender|email blaster|ebmailer|easy dm|wc mail|advanced mass sender|dark ?mailer|send-?safe|stormpost|group mail|mailking|aristotle|emarketer|imktg|leaf php|aol 7\.0 for windows us sub|microsoft cdo for|ratware|smtp mailer|atomic mail|gammadyne|turbo-?mailer|worldmerge|rsvpmail|diffondi|floodgate|extractor|jixing|inet_mail_out|cybercreek|mach10|delivery expert|vc_mail|worldcast|zipmailer|dmailer|mmailer|prospect mailer|sharpmail|broadc@st)/i
