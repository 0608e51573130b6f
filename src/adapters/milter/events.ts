/** What the mail server tells, read from the data of its packets. */

import { ProtocolError } from '../socket-server.ts'
import { texts } from './packets.ts'

/** Values that the mail server gives for its own names: `{auth_authen}`, `i`, `{tls_version}`. */
export type Macros = ReadonlyMap<string, string>

/** More of them than any mail server sends. */
const MOST_MACROS = 100
const LONGEST = 2048

/** The command they belong to, and the macros, their names without braces. */
export function readMacros(data: Buffer): { readonly of: string; readonly macros: Macros } {
  const of = String.fromCharCode(data[0] ?? 0)
  const pairs = texts(data.subarray(1))
  const macros = new Map<string, string>()
  for (let index = 0; index + 1 < pairs.length && macros.size < MOST_MACROS; index += 2) {
    const name = pairs[index]?.toString('latin1').replace(/^\{(.*)\}$/, '$1') ?? ''
    macros.set(name, pairs[index + 1]?.toString('utf8', 0, LONGEST) ?? '')
  }
  return { of, macros }
}

/** Where the client is: its address; undefined for a client on the machine itself, or one whose address is unknown. */
export function readClient(data: Buffer): { readonly host: string; readonly ip?: string } {
  const end = data.indexOf(0)
  if (end < 0) throw new ProtocolError('a connection whose host name has no end')
  const host = data.toString('latin1', 0, end)
  const family = String.fromCharCode(data[end + 1] ?? 0)
  if (family !== '4' && family !== '6') return { host }
  const [address] = texts(data.subarray(end + 4))
  const ip = address?.toString('latin1').replace(/^IPv6:/i, '')
  return ip ? { host, ip } : { host }
}

/** The first text of the data, without the angle brackets of a path. */
export function readPath(data: Buffer): { readonly path: string; readonly parameters: readonly string[] } {
  const [first, ...rest] = texts(data)
  if (first === undefined) throw new ProtocolError('a path without an end')
  const text = first.toString('utf8')
  return {
    path: text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text,
    parameters: rest.map(parameter => parameter.toString('latin1')),
  }
}

export function readName(data: Buffer): string {
  const [name] = texts(data)
  if (name === undefined) throw new ProtocolError('a greeting without an end')
  return name.toString('latin1')
}

/**
 * A header field as it stood in the message. Mail servers hand over the folds of a value with bare line feeds; with
 * `spaced` they also hand over what stood behind the colon.
 */
export function readField(data: Buffer, spaced: boolean): Buffer {
  const [name, value] = texts(data)
  if (name === undefined || value === undefined) throw new ProtocolError('a header field without an end')
  const octets = value.includes(10) ? Buffer.from(value.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1') : value
  return Buffer.concat([name, Buffer.from(spaced ? ':' : ': '), octets, Buffer.from('\r\n')])
}
