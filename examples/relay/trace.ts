/** The fields that whoever delivers puts on top (RFC 5321 §4.4). */

export interface Arrival {
  readonly reversePath: string
  readonly helo: string
  readonly ip: string
  readonly name: string
  readonly ref: string
  readonly tls: boolean
  readonly date: Date
}

/** What stands in a field is printable and short, whatever the client said. */
const clean = (text: string): string => text.slice(0, 255).replace(/[^!-'*-[\]-~]/g, '?') || 'unknown'

export function received({ helo, ip, name, ref, tls, date }: Arrival): string {
  const address = ip.includes(':') ? `IPv6:${ip}` : ip
  return [
    `Received: from ${clean(helo)} ([${address}])`,
    ` by ${clean(name)} with ${tls ? 'ESMTPS' : 'ESMTP'} id ${clean(ref)};`,
    ` ${date.toUTCString().replace('GMT', '+0000')}`,
    '',
  ].join('\r\n')
}

/** Only at final delivery: the next hop writes its own. */
export const returnPath = (reversePath: string): string =>
  `Return-Path: <${reversePath.slice(0, 320).replace(/[^ -~]/g, '?')}>\r\n`
