/** Reads complaints in ARF (RFC 5965): the fields of the report, and those of the message that it is about. */

import { headerOf } from '../../mime/header/collect.ts'
import type { HeaderFields } from '../../model/header.ts'
import { isAddress } from '../../net/address.ts'
import type { Complaint } from '../types.ts'
import { bounded, UnreadableError } from './limits.ts'
import type { MessagePart } from './message-parts.ts'

const REPORT = 'message/feedback-report'
const MESSAGES: ReadonlySet<string> = new Set(['message/rfc822', 'text/rfc822-headers', 'message/global'])

/** Whether a message holds a complaint. */
export const isComplaint = (parts: readonly MessagePart[]): boolean =>
  parts.some(({ contentType }) => contentType === REPORT)

/** @throws UnreadableError where the report does not say what it is */
export function readComplaint(parts: readonly MessagePart[]): Complaint {
  const report = headerIn(parts.find(({ contentType }) => contentType === REPORT))
  const about = headerIn(parts.find(({ contentType }) => MESSAGES.has(contentType)))
  const type = field(report, 'feedback-type')?.toLowerCase()
  if (type === undefined) throw new UnreadableError('the complaint has no Feedback-Type')
  const ip = field(report, 'source-ip')
  const arrived = Date.parse(field(report, 'arrival-date') ?? field(report, 'received-date') ?? '')
  const found = {
    ...(!Number.isNaN(arrived) && { arrived }),
    ...(ip !== undefined && isAddress(ip) && { ip }),
    domain: field(report, 'reported-domain'),
    reversePath: withoutBrackets(field(report, 'original-mail-from')),
    recipient: withoutBrackets(field(report, 'original-rcpt-to')),
    messageId: field(about, 'message-id'),
    from: field(about, 'from'),
    ref: field(about, 'x-postern-ref'),
  }
  return {
    kind: 'complaint',
    type,
    reporter: field(report, 'user-agent') ?? '',
    ...(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Partial<Complaint>),
  }
}

/** Some writers put an empty line above the fields. */
function headerIn(part: MessagePart | undefined): HeaderFields | undefined {
  if (part === undefined) return undefined
  const bytes = part.content()
  let start = 0
  while (bytes[start] === 0x0d || bytes[start] === 0x0a) start += 1
  return headerOf(bytes.subarray(start))
}

function field(header: HeaderFields | undefined, name: string): string | undefined {
  const value = header?.get(name)
  return value === undefined || value === '' ? undefined : bounded(value)
}

const withoutBrackets = (path: string | undefined): string | undefined => path?.replace(/^<|>$/g, '')
