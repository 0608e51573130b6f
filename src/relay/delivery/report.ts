/** A delivery status notification (RFC 3464) about recipients that the next hop refused after it had taken others. */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Content } from '../../model/decision.ts'
import type { IncomingMessage } from '../../smtp/index.ts'
import type { HopAnswer } from './hop/answer.ts'
import type { OutgoingMessage } from './hop/transaction.ts'

export interface FailedRecipient {
  readonly forwardPath: string
  readonly orcpt?: string
  readonly answer: HopAnswer
  /** The host that refused it. */
  readonly to: string
}

/** Of the message that failed only the header is returned, and of that not more than this. */
const MAX_HEADER_BYTES = 32 * 1024

/** Undefined: the addresses are not ASCII, so that the report could not be read everywhere (RFC 6533). */
export async function failureReport(
  message: IncomingMessage,
  failed: readonly FailedRecipient[],
  name: string,
  date: Date,
): Promise<OutgoingMessage | undefined> {
  const paths = [message.reversePath, ...failed.map(({ forwardPath }) => forwardPath)]
  if (paths.some(path => /[^\x21-\x7e]/.test(path))) return undefined
  const text = Buffer.from(write(message, failed, await headerOf(message.content), name, date), 'latin1')
  return {
    reversePath: '',
    recipients: [{ forwardPath: message.reversePath, notify: 'NEVER' }],
    size: text.length,
    utf8: false,
    open: () => Readable.from([text]),
  }
}

function write(
  { reversePath, ref, parameters }: IncomingMessage,
  failed: readonly FailedRecipient[],
  header: string,
  name: string,
  date: Date,
): string {
  const id = randomBytes(12).toString('hex')
  const boundary = `report-${id}`
  const at = date.toUTCString().replace('GMT', '+0000')
  const perRecipient = failed.flatMap(({ forwardPath, orcpt, answer, to }) => [
    '',
    ...(orcpt === undefined ? [] : [`Original-Recipient: ${printed(orcpt)}`]),
    `Final-Recipient: rfc822; ${forwardPath}`,
    'Action: failed',
    `Status: ${answer.status}`,
    `Remote-MTA: ${/^[/[]|^\d/.test(to) ? 'x-local' : 'dns'}; ${printed(to.replace(/:\d+$/, ''))}`,
    `Diagnostic-Code: smtp; ${said(answer)}`,
  ])
  return [
    `From: Mail Delivery System <MAILER-DAEMON@${name}>`,
    `To: <${reversePath}>`,
    'Subject: Undelivered mail: some recipients did not get your message',
    `Date: ${at}`,
    `Message-ID: <${id}@${name}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="${boundary}"`,
    '',
    'This is a report in MIME format.',
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is the mail system at ${name}.`,
    '',
    'Your message was not delivered to these recipients. It was delivered to the',
    'others, so please do not send it to them again.',
    '',
    ...failed.map(({ forwardPath, answer }) => `<${forwardPath}>: ${said(answer)}`),
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${name}`,
    ...(parameters.envid === undefined ? [] : [`Original-Envelope-Id: ${printed(parameters.envid)}`]),
    `Arrival-Date: ${at}`,
    `X-Reference: ${printed(ref)}`,
    ...perRecipient,
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    header,
    `--${boundary}--`,
    '',
  ].join('\r\n')
}

const said = ({ code, status, text, said: words }: HopAnswer): string =>
  words === undefined ? `${code} ${status} ${text}` : `${words.code} ${printed(words.text)}`

/** RFC 5322 §2.1.1: a line has at most 998 characters. */
const printed = (text: string): string => text.slice(0, 500).replace(/[^ -~]/g, '?')

/** The report is 7-bit: what is not ASCII in a header field becomes `?`. */
async function headerOf({ open }: Content): Promise<string> {
  let header = ''
  for await (const bytes of open() as AsyncIterable<Buffer>) {
    header += bytes.toString('latin1')
    const end = header.indexOf('\r\n\r\n')
    if (end === -1 && header.length < MAX_HEADER_BYTES) continue
    header = header.slice(0, end === -1 ? header.length : end + 2)
    break
  }
  // A header that is cut ends with a whole line.
  const cut =
    header.length > MAX_HEADER_BYTES ? header.slice(0, header.lastIndexOf('\r\n', MAX_HEADER_BYTES) + 2) : header
  return cut.replace(/[^\r\n\t -~]/g, '?')
}
