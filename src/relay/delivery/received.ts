/** The fields that every server puts on top of a message (RFC 5321 §4.4). */
import type { IncomingMessage } from '../../smtp/index.ts'

/** What stands in a field is printable and short, whatever the client sent. */
const clean = (text: string): string => text.slice(0, 255).replace(/[^!-'*-[\]-~]/g, '?') || 'unknown'

/** `name`: our host name. The reference is the `id`, so that the log of the next hop names it too. */
export function received(message: IncomingMessage, name: string, date: Date): string {
  const { helo, ip, ref } = message
  const address = ip === undefined ? '' : ` ([${ip.includes(':') ? `IPv6:${ip}` : ip}])`
  return [
    `Received: from ${clean(helo)}${address}`,
    ` by ${clean(name)} with ${protocolOf(message)} id ${clean(ref)};`,
    ` ${date.toUTCString().replace('GMT', '+0000')}`,
    '',
  ].join('\r\n')
}

/** The names that RFC 3848 and RFC 6531 §4.3 have registered; HELO stays SMTP, with TLS or without. */
const protocolOf = ({ tls, extended, parameters }: IncomingMessage): string =>
  extended ? `${parameters.utf8 ? 'UTF8SMTP' : 'ESMTP'}${tls === undefined ? '' : 'S'}` : 'SMTP'

/** Only at final delivery: a next hop writes its own. */
export const returnPath = (reversePath: string): string =>
  `Return-Path: <${reversePath.slice(0, 320).replace(/[^ -~]/g, '?')}>\r\n`
