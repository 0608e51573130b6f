/** Reads the header that a proxy sends first, to name the client it connects for (PROXY protocol, versions 1 and 2). */
import { canonical, formatAddress } from './address.ts'

/** What the bytes received so far contain. */
export type ProxyHeader =
  /** The connection is a client's. The header takes `size` bytes; the bytes after it are the client's. */
  | { readonly kind: 'client'; readonly ip: string; readonly port: number; readonly size: number }
  /** The connection is the proxy's own (a health check), or the proxy does not know the client's address. */
  | { readonly kind: 'local'; readonly size: number }
  /** More bytes are needed. */
  | { readonly kind: 'incomplete' }
  /** `reason` ends a sentence about the header. */
  | { readonly kind: 'invalid'; readonly reason: string }

/** Version 2 §2.2: no other protocol begins with these bytes. */
const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
/** Version 1 §2.1, the line end included. */
const MAX_LINE_LENGTH = 107
const FIXED_LENGTH = 16
/** Addresses take 36 bytes; the rest is for extensions, which are ignored. */
const MAX_LENGTH = 4096

const invalid = (reason: string): ProxyHeader => ({ kind: 'invalid', reason })
const incomplete: ProxyHeader = { kind: 'incomplete' }

/** Reads the header at the start of `bytes`. Call it again with more bytes while it is incomplete. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  const start = bytes.subarray(0, SIGNATURE.length)
  if (start.equals(SIGNATURE.subarray(0, start.length)))
    return start.length < SIGNATURE.length ? incomplete : readBinary(bytes)
  const word = bytes.toString('latin1', 0, 6)
  if (!'PROXY '.startsWith(word)) return invalid('it does not begin with a PROXY header')
  return readLine(bytes)
}

function readLine(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, MAX_LINE_LENGTH).indexOf('\r\n')
  if (end < 0)
    return bytes.length < MAX_LINE_LENGTH ? incomplete : invalid(`its line is longer than ${MAX_LINE_LENGTH} bytes`)
  const [, family, from = '', , port = '', , ...more] = bytes.toString('latin1', 0, end).split(' ')
  if (family === 'UNKNOWN') return { kind: 'local', size: end + 2 }
  if (family !== 'TCP4' && family !== 'TCP6') return invalid('its family is not TCP4, TCP6 or UNKNOWN')
  const ip = from.includes(':') === (family === 'TCP6') ? canonical(from) : undefined
  if (ip === undefined) return invalid(`its source is not an address of ${family}`)
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || more.length > 0) return invalid('its ports cannot be read')
  return { kind: 'client', ip, port: Number(port), size: end + 2 }
}

/** By address family and transport: how long the addresses are. SMTP uses no transport but TCP. */
const families: Readonly<Record<number, { readonly width: 1 | 4; readonly port: number; readonly length: number }>> = {
  17: { width: 1, port: 8, length: 12 },
  33: { width: 4, port: 32, length: 36 },
}
/** UNSPEC and Unix sockets: the client has no IP address. */
const WITHOUT_ADDRESS: readonly number[] = [0, 49]

function readBinary(bytes: Buffer): ProxyHeader {
  if (bytes.length < FIXED_LENGTH) return incomplete
  const [command = 0, family = 0] = bytes.subarray(SIGNATURE.length)
  const length = bytes.readUInt16BE(FIXED_LENGTH - 2)
  if (command !== 0x20 && command !== 0x21) return invalid('its version is not 2, or its command is not known')
  if (length > MAX_LENGTH) return invalid(`it is longer than ${MAX_LENGTH} bytes`)
  if (bytes.length < FIXED_LENGTH + length) return incomplete
  const whole = FIXED_LENGTH + length
  if (command === 0x20 || WITHOUT_ADDRESS.includes(family)) return { kind: 'local', size: whole }
  const form = families[family]
  if (form === undefined || length < form.length) return invalid('its address family is not TCP over IPv4 or IPv6')
  const addresses = bytes.subarray(FIXED_LENGTH)
  const words = Uint32Array.from({ length: 4 }, (_, index) =>
    index < form.width ? addresses.readUInt32BE(4 * index) : 0,
  )
  // An IPv4-mapped IPv6 address is IPv4 (RFC 4291 §2.5.5.2).
  const ip = canonical(formatAddress(words, form.width))
  if (ip === undefined) return invalid('its source is not an address')
  return { kind: 'client', ip, port: addresses.readUInt16BE(form.port), size: whole }
}
