/** Replies: one line from the status table, never the reason of a finding (RFC 5321 §4.2, RFC 3463, RFC 5248). */
import type { Reply } from '../model/decision.ts'
import type { Status } from '../model/finding.ts'
import type { Stage } from '../model/stage.ts'

/** The line as it is sent, without its CRLF: `550 5.7.1 Refused by policy ref=7K2Q9F0D`. */
export const formatReply = ({ code, status, text }: Reply): string => `${code} ${status} ${text}`

const positiveReplies: Readonly<Record<Stage, readonly [code: number, status: Status, text: string]>> = {
  connect: [220, '2.0.0', 'Ready'],
  helo: [250, '2.0.0', 'Hello'],
  mail: [250, '2.1.0', 'Sender accepted'],
  rcpt: [250, '2.1.5', 'Recipient accepted'],
  header: [250, '2.6.0', 'Header accepted'],
  message: [250, '2.6.0', 'Message accepted'],
}

/** The positive reply of a stage. */
export function positiveReply(stage: Stage, ref: string): Reply {
  const [code, status, text] = positiveReplies[stage]
  return { code, status, text: `${text} ref=${ref}` }
}

/** Codes other than the 550 and 451 that go with most. */
const codes: Readonly<Partial<Record<Status, number>>> = {
  '4.1.8': 450,
  '4.2.1': 450,
  '4.2.2': 452,
  '4.3.1': 452,
  '4.3.4': 452,
  '4.5.3': 452,
  '5.1.3': 553,
  '5.3.4': 552,
  '5.5.0': 554,
  '5.5.1': 503,
  '5.5.2': 500,
  '5.5.4': 501,
}

const texts: Readonly<Partial<Record<Status, string>>> = {
  '4.2.1': 'Try again later',
  '4.3.0': 'Temporary local error, try again later',
  '4.3.1': 'Not enough space now, try again later',
  '4.3.2': 'Too busy now, try again later',
  '4.4.1': 'The next server does not answer, try again later',
  '4.4.2': 'The connection was lost',
  '4.4.3': 'A name could not be looked up now, try again later',
  '4.5.3': 'Too many recipients, send the others in another transaction',
  '4.7.0': 'Temporarily refused, try again later',
  '4.7.1': 'Try again later',
  '4.7.24': 'The sender policy could not be checked now, try again later',
  '5.1.1': 'No such recipient here',
  '5.1.3': 'The address is malformed',
  '5.1.8': 'The sender domain does not exist',
  '5.3.4': 'The message is too large',
  '5.4.6': 'Mail loop detected',
  '5.5.0': 'Protocol error',
  '5.5.1': 'Bad sequence of commands',
  '5.6.0': 'The message is malformed',
  '5.6.7': 'The message needs SMTPUTF8',
  '5.6.11': 'The message has bare line ends that look like the end of the data',
  '5.7.1': 'Refused by policy',
  '5.7.20': 'No valid signature',
  '5.7.23': 'The sender policy does not allow this client',
  '5.7.25': 'The name of this client could not be confirmed',
  '5.7.26': 'The author domain does not authenticate this message',
  '5.7.27': 'The sender domain does not accept mail',
}

/** What a refusal may change of its reply. */
export interface ReplyOptions {
  /** The text in place of that of the table. */
  readonly replyText?: string | undefined
  /** Close the connection after it. @default false */
  readonly close?: boolean | undefined
}

/** A negative reply: temporary or permanent by the first digit of `status`. */
export function refusal(
  status: Status,
  stage: Stage,
  ref: string,
  { replyText, close = false }: ReplyOptions = {},
): Reply {
  const isTemporary = status.startsWith('4')
  const given = replyText === undefined ? '' : printableAscii(replyText)
  const text = `${given || texts[status] || (isTemporary ? 'Try again later' : 'Refused by policy')} ref=${ref}`
  // A connection that is refused is over either way; RFC 5321 §3.1 knows 554, RFC 7504 521, and §3.8 421.
  if (isTemporary && (close || stage === 'connect')) return { code: 421, status, text, close: true }
  if (stage === 'connect') return { code: status === '5.5.1' ? 521 : 554, status, text, close: true }
  const code = codes[status] ?? (isTemporary ? 451 : 550)
  return close ? { code, status, text, close } : { code, status, text }
}

const MAX_TEXT_LENGTH = 120

/** One line of printable ASCII, whatever a filter has copied from what the client sent. */
const printableAscii = (text: string): string =>
  text
    .slice(0, MAX_TEXT_LENGTH)
    .replace(/[^ -~]/g, '?')
    .trim()
