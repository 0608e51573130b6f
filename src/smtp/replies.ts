/** The replies that the front itself gives; what a decision says comes from the policy. */

import type { HostReply } from '../engine/transaction-record.ts'

/** One line of a reply, without its CRLF. */
export type ReplyLine = `${number} ${string}`

/** Replies to a command that cannot be obeyed. Each refusal gets the reference of the session behind it. */
export const replies = {
  tooLong: '500 5.5.2 The line is too long',
  malformed: '500 5.5.2 Lines end with CRLF and hold no NUL',
  unrecognized: '500 5.5.2 Command unrecognized',
  notSmtp: '500 5.5.2 This is an SMTP server',
  badSequence: '503 5.5.1 Bad sequence of commands',
  greetFirst: '503 5.5.1 Send HELO or EHLO first',
  recipientsFirst: '503 5.5.1 A recipient is needed first',
  lhloFirst: '500 5.5.1 This is LMTP: send LHLO',
  ehloFirst: '500 5.5.1 This is SMTP: send EHLO',
  notImplemented: '502 5.5.1 Command not implemented',
  alreadySecure: '503 5.5.1 TLS is active already',
  noParameters: '501 5.5.4 The command takes no parameters',
  badHelo: '501 5.5.4 The host name is missing or malformed',
  badMail: '501 5.5.4 MAIL FROM parameter not recognized',
  badRcpt: '501 5.5.4 RCPT TO parameter not recognized',
  badSender: '501 5.1.7 The sender address is malformed',
  badRecipient: '501 5.1.3 The recipient address is malformed',
  needsUtf8: '550 5.6.7 The address needs SMTPUTF8',
  badChunk: '501 5.5.4 BDAT takes a size, and LAST',
  unknownMail: '555 5.5.4 MAIL FROM parameter not implemented',
  unknownRcpt: '555 5.5.4 RCPT TO parameter not implemented',
  tooLarge: '552 5.3.4 The message is too large',
  tooManyRecipients: '452 4.5.3 Too many recipients, send the others in another transaction',
  pipelining: '554 5.5.0 Pipelining violation',
  pregreet: '554 5.5.0 Data came before the greeting',
  tooManyCommands: '421 4.7.0 Too many commands that lead nowhere',
  tooManyErrors: '421 4.7.0 Too many errors',
  tooManySurplusRecipients: '421 4.5.3 Too many recipients',
  unreadReplies: '421 4.4.2 Replies are not read',
  idle: '421 4.4.2 Idle timeout',
  tooSlow: '421 4.4.2 The message comes too slowly',
  tooLate: '421 4.4.2 The transaction takes too long',
  tooManySessions: '421 4.7.0 Too many sessions, try again later',
  evicted: '421 4.3.2 Too busy to wait for this client, try again later',
  shuttingDown: '421 4.3.2 The server is shutting down',
  fault: '421 4.3.0 Temporary local error, try again later',
  unknownClient: '421 4.3.0 Client address unknown',
  tlsUnavailable: '454 4.7.0 TLS is not available now',
  xclientDenied: '550 5.7.0 XCLIENT is not allowed from here',
  badXclient: '501 5.5.4 An XCLIENT attribute is malformed',
  vrfy: '252 2.5.0 Send some mail, it will be tried',
  help: '214 2.0.0 RFC 5321',
  noop: '250 2.0.0 OK',
  reset: '250 2.0.0 Reset',
  bye: '221 2.0.0 Goodbye',
  startTls: '220 2.0.0 Ready to start TLS',
  startData: '354 End data with <CR><LF>.<CR><LF>',
  chunk: '250 2.0.0 Chunk received',
} as const satisfies Readonly<Record<string, ReplyLine>>

/** RFC 5321 §4.5.3.1.5: a reply has at most 512 bytes, its CRLF included. */
const MAX_LINE = 510

/** A refusal names the session that the log tells of. */
export function withReference(line: string, ref: string): string {
  const marked = line.includes(' ref=') ? line : `${line} ref=${ref}`
  return marked.length > MAX_LINE ? line.slice(0, MAX_LINE) : marked
}

/** The code of a reply line. */
export const codeOf = (line: string): number => Number(line.slice(0, 3))

/** A line as a session takes it. */
export const replyOf = (line: string): HostReply => ({ code: codeOf(line), text: line.slice(4) })
