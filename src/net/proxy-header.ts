/** The header that a proxy sends before all else, to say for whom it speaks (HAProxy's PROXY protocol, versions 1 and 2). */
import { canonical, written } from './address.ts'

/** What the bytes that have come so far are. */
export type ProxyHeader =
  /** It speaks for a client. The header takes `octets`; what comes behind is the client's. */
  | { readonly kind: 'client'; readonly ip: string; readonly port: number; readonly octets: number }
  /** It speaks for itself (a check of health), or for a client whose address it does not know. */
  | { readonly kind: 'itself'; readonly octets: number }
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'wrong'; readonly reason: string }

/** Version 2 §2.2: no other protocol begins so. */
const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
/** Version 1 §2.1: its line end included. */
const MAX_LINE_LENGTH = 107
const FIXED = 16
/** Addresses take 36 bytes; the rest is for extensions, which are passed over. */
const MAX_LENGTH = 4096

const wrong = (reason: string): ProxyHeader => ({ kind: 'wrong', reason })
const unfinished: ProxyHeader = { kind: 'unfinished' }

export function readProxyHeader(octets: Buffer): ProxyHeader {
  const begun = octets.subarray(0, SIGNATURE.length)
  if (begun.equals(SIGNATURE.subarray(0, begun.length)))
    return begun.length < SIGNATURE.length ? unfinished : readBinary(octets)
  const word = octets.toString('latin1', 0, 6)
  if (!'PROXY '.startsWith(word)) return wrong('it begins with something else')
  return readLine(octets)
}

function readLine(octets: Buffer): ProxyHeader {
  const end = octets.subarray(0, MAX_LINE_LENGTH).indexOf('\r\n')
  if (end < 0)
    return octets.length < MAX_LINE_LENGTH ? unfinished : wrong(`its line is longer than ${MAX_LINE_LENGTH} bytes`)
  const [, family, from = '', , port = '', , ...more] = octets.toString('latin1', 0, end).split(' ')
  if (family === 'UNKNOWN') return { kind: 'itself', octets: end + 2 }
  if (family !== 'TCP4' && family !== 'TCP6') return wrong('its family is none of TCP4, TCP6 and UNKNOWN')
  const ip = from.includes(':') === (family === 'TCP6') ? canonical(from) : undefined
  if (ip === undefined) return wrong(`its source is no address of ${family}`)
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || more.length > 0) return wrong('its ports cannot be read')
  return { kind: 'client', ip, port: Number(port), octets: end + 2 }
}

/** By address family and transport, one byte: how long the addresses are. Others than TCP are none of SMTP's. */
const families: Readonly<Record<number, { readonly width: 1 | 4; readonly port: number; readonly length: number }>> = {
  17: { width: 1, port: 8, length: 12 },
  33: { width: 4, port: 32, length: 36 },
}
/** UNSPEC, and Unix sockets: there is a client, of whose address nothing is known. */
const NAMELESS: readonly number[] = [0, 49]

function readBinary(octets: Buffer): ProxyHeader {
  if (octets.length < FIXED) return unfinished
  const [command = 0, kind = 0] = octets.subarray(SIGNATURE.length)
  const length = octets.readUInt16BE(FIXED - 2)
  if (command !== 0x20 && command !== 0x21) return wrong('its version is not 2, or its command is not known')
  if (length > MAX_LENGTH) return wrong(`it is longer than ${MAX_LENGTH} bytes`)
  if (octets.length < FIXED + length) return unfinished
  const whole = FIXED + length
  if (command === 0x20 || NAMELESS.includes(kind)) return { kind: 'itself', octets: whole }
  const family = families[kind]
  if (family === undefined || length < family.length) return wrong('its addresses are none of TCP')
  const addresses = octets.subarray(FIXED)
  const words = Uint32Array.from({ length: 4 }, (_, index) =>
    index < family.width ? addresses.readUInt32BE(4 * index) : 0,
  )
  // An IPv4 address in the clothes of an IPv6 address is one (RFC 4291 §2.5.5.2).
  const ip = canonical(written(words, family.width))
  if (ip === undefined) return wrong('its source is no address')
  return { kind: 'client', ip, port: addresses.readUInt16BE(family.port), octets: whole }
}
