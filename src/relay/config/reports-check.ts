/** Checks how reports and the summary are sent, and which are read. */
import { duration, oneOf, text } from '../../model/checks.ts'
import { type Check, check, either, list, object, required } from '../../model/options.ts'
import { domainPattern, mailbox } from '../../net/checks.ts'
import { nextHopCheck } from '../delivery/options.ts'
import type { ReportConfig, SendReportConfig, SummaryConfig, SummaryRecipient } from './report-config.ts'

export const reportsCheck: Check<ReportConfig> = object<ReportConfig>(
  {
    send: object<SendReportConfig>(
      {
        nextHop: nextHopCheck,
        organisation: text('the name of an organisation', { max: 200 }),
        contact: text('where you can be reached', { max: 200 }),
        jitter: duration({ max: '50m' }),
      },
      'how reports are sent',
    ),
    receive: list(mailbox(), 'addresses', { min: 1 }),
    folder: text('the path of a folder'),
  },
  'reports',
)

const recipient: Check<SummaryRecipient> = object<SummaryRecipient>(
  {
    address: required(mailbox()),
    domains: list(domainPattern(), 'domains', { min: 1 }),
    language: oneOf('en', 'zh-CN'),
  },
  'a recipient',
)

const addressee: Check<string | SummaryRecipient> = either('an address, or an object with an address', found =>
  typeof found === 'string' ? mailbox() : recipient,
)

const isTimeZone = (zone: unknown): boolean => {
  try {
    return typeof zone === 'string' && new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}

export const summaryCheck: Check<SummaryConfig> = object<SummaryConfig>(
  {
    to: required(list(addressee, 'recipients', { min: 1 })),
    day: oneOf('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'),
    time: check("a time of the day such as '08:00'", value => typeof value === 'string' && TIME.test(value)),
    timeZone: check("a time zone such as 'Europe/Berlin' or 'UTC'", isTimeZone),
  },
  'a summary',
)

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/
