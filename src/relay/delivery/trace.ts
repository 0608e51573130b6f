/** The fields that whoever delivers puts on top (RFC 5321 §4.4). */

export interface Arrival {
  readonly reversePath: string
  readonly helo: string
  readonly ip: string
  readonly name: string
  readonly ref: string
  readonly tls: boolean
  /** It said HELO, and so no extension of SMTP was spoken. @default false */
  readonly plain?: boolean
  /** It asked for SMTPUTF8 (RFC 6531). @default false */
  readonly utf8?: boolean
  readonly date: Date
}

/** What stands in a field is printable and short, whatever the client said. */
const clean = (text: string): string => text.slice(0, 255).replace(/[^!-'*-[\]-~]/g, '?') || 'unknown'

export function received({ helo, ip, name, ref, date, ...how }: Arrival): string {
  const address = ip.includes(':') ? `IPv6:${ip}` : ip
  return [
    `Received: from ${clean(helo)} ([${address}])`,
    ` by ${clean(name)} with ${protocolOf(how)} id ${clean(ref)};`,
    ` ${date.toUTCString().replace('GMT', '+0000')}`,
    '',
  ].join('\r\n')
}

/** The names that RFC 3848 and RFC 6531 §4.3 have registered; HELO stays SMTP, TLS or not. */
const protocolOf = ({ tls, plain = false, utf8 = false }: Pick<Arrival, 'tls' | 'plain' | 'utf8'>): string =>
  plain ? 'SMTP' : `${utf8 ? 'UTF8SMTP' : 'ESMTP'}${tls ? 'S' : ''}`

/** Only at final delivery: the next hop writes its own. */
export const returnPath = (reversePath: string): string =>
  `Return-Path: <${reversePath.slice(0, 320).replace(/[^ -~]/g, '?')}>\r\n`
