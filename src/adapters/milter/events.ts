/** Parses the data of the mail server's packets. */
import { canonical } from '../../net/address.ts'
import { ProtocolError } from '../shared/socket-server.ts'
import { texts } from './packets.ts'

/** Values of the mail server's macros, such as `{auth_authen}` and `{tls_version}`. */
export type Macros = ReadonlyMap<string, string>

/** The macros that postern reads; others are not kept. */
const READ: ReadonlySet<string> = new Set(['auth_authen', 'cipher', 'i', 'tls_version'])
const MAX_LENGTH = 2048
/** Macros of one command: Postfix sends a dozen, and those that its operator has added. */
const MAX_MACROS = 1000
const MAX_PARAMETERS = 100

/**
 * Reads the command that macros belong to, and those macros that postern needs, their names without braces.
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
 * Reads the client. A client on a Unix socket is local. A client without a readable address is unknown; Sendmail
 * reports mail that a program pipes into it in the same way.
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
 * Reads a path without its angle brackets, and whether SMTPUTF8 is among its parameters.
 *
 * @throws ProtocolError when the path has no end, or too many parameters
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

/** Reads the host name of a greeting. */
export function readName(data: Buffer): string {
  const [name] = texts(data)
  if (name === undefined) throw new ProtocolError('a greeting without an end')
  return name.toString('latin1')
}

/**
 * Reads a header field as the message had it. Mail servers send the folds of a value with bare line feeds; with
 * `hasLeadingSpace` they also send the blank behind the colon.
 */
export function readField(data: Buffer, hasLeadingSpace: boolean): Buffer {
  const [name, value] = texts(data)
  if (name === undefined || value === undefined) throw new ProtocolError('a header field without an end')
  const bytes = value.includes(10) ? Buffer.from(value.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1') : value
  return Buffer.concat([name, Buffer.from(hasLeadingSpace ? ':' : ': '), bytes, Buffer.from('\r\n')])
}
