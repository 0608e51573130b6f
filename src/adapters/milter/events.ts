/** What the mail server tells, read from the data of its packets. */

import { canonical } from '../../net/address.ts'
import { ProtocolError } from '../shared/socket-server.ts'
import { texts } from './packets.ts'

/** Values that the mail server gives for its own names: `{auth_authen}`, `{tls_version}`. */
export type Macros = ReadonlyMap<string, string>

/** The macros that are read. Mail servers send what they are configured to, and no others are kept. */
const READ: ReadonlySet<string> = new Set(['auth_authen', 'cipher', 'tls_version'])
const MAX_LENGTH = 2048
/** Of a command: Postfix sends a dozen, and what more its operator has named. */
const MAX_MACROS = 1000
const MAX_PARAMETERS = 100

/**
 * The command they belong to, and the macros that are read, their names without braces.
 *
 * @throws ProtocolError for more of them, or longer ones, than any mail server sends
 */
export function readMacros(data: Buffer): { readonly of: string; readonly macros: Macros } {
  const of = String.fromCharCode(data[0] ?? 0)
  const macros = new Map<string, string>()
  let name: string | undefined
  let count = 0
  for (const text of texts(data.subarray(1))) {
    if (name === undefined) {
      count += 1
      if (count > MAX_MACROS) throw new ProtocolError(`more than ${MAX_MACROS} macros`)
      name = text.toString('latin1', 0, MAX_LENGTH).replace(/^\{(.*)\}$/, '$1')
      continue
    }
    if (READ.has(name)) {
      if (text.length > MAX_LENGTH) throw new ProtocolError(`a macro ${name} of ${text.length} bytes`)
      macros.set(name, text.toString('utf8'))
    }
    name = undefined
  }
  return { of, macros }
}

/**
 * Where the client is. Local is who hands mail over by a Unix socket; a client without an address that can be read is
 * unknown, and Sendmail says the same of mail that a program on its machine hands it by stdin.
 *
 * @throws ProtocolError when the packet is cut short
 */
export function readClient(data: Buffer): { readonly isLocal: boolean; readonly ip?: string } {
  const end = data.indexOf(0)
  if (end < 0 || end + 1 >= data.length) throw new ProtocolError('a connection whose host name has no end')
  const family = String.fromCharCode(data[end + 1] ?? 0)
  if (family === 'L') return { isLocal: true }
  const [address] = family === '4' || family === '6' ? texts(data.subarray(end + 4)) : []
  const ip = address && canonical(address.toString('latin1', 0, MAX_LENGTH).replace(/^IPv6:/i, ''))
  return { isLocal: false, ...(ip !== undefined && { ip }) }
}

/**
 * The first text of the data, without the angle brackets of a path, and whether SMTPUTF8 is among those that follow.
 *
 * @throws ProtocolError when a text has no end, or there are too many
 */
export function readPath(data: Buffer): { readonly path: string; readonly utf8: boolean } {
  let path: string | undefined
  let utf8 = false
  let count = 0
  for (const text of texts(data)) {
    if (path === undefined) path = text.toString('utf8')
    else if (text.length === SMTPUTF8.length && text.toString('latin1').toUpperCase() === SMTPUTF8) utf8 = true
    count += 1
    if (count > MAX_PARAMETERS) throw new ProtocolError(`a path with more than ${MAX_PARAMETERS} parameters`)
  }
  if (path === undefined) throw new ProtocolError('a path without an end')
  return { path: path.startsWith('<') && path.endsWith('>') ? path.slice(1, -1) : path, utf8 }
}

const SMTPUTF8 = 'SMTPUTF8'

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
