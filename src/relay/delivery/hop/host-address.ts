/** The address of a host: a name or an IP address with a port, or the path of a Unix socket. */
import { isIP } from 'node:net'

export type HostAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly text: string }
  | { readonly kind: 'unix'; readonly path: string; readonly text: string }

const PORTS = { smtp: 25, lmtp: 24 } as const
/** Longer paths do not fit into the address of a Unix socket. */
const MAX_PATH_LENGTH = 107
const HOST = /^(?:\[([0-9a-f:.]{2,45})\]|([\w-]+(?:\.[\w-]+)*\.?))(?::(\d{1,5}))?$/i

/** Reads `mail.example.org`, `192.0.2.1:25`, `[2001:db8::1]:25` or `/run/lmtp.sock`. */
export function readHostAddress(text: string, protocol: 'smtp' | 'lmtp' = 'smtp'): HostAddress | undefined {
  const path = text.startsWith('unix:') ? text.slice('unix:'.length) : text
  if (path.startsWith('/')) return path.length <= MAX_PATH_LENGTH ? { kind: 'unix', path, text: path } : undefined
  const [, six, name, digits] = HOST.exec(text) ?? []
  const host = six ?? name
  const port = digits === undefined ? PORTS[protocol] : Number(digits)
  if (host === undefined || host.length > 253 || port < 1 || port > 65_535) return undefined
  if (six !== undefined && isIP(six) !== 6) return undefined
  return { kind: 'tcp', host, port, text: `${six === undefined ? host : `[${six}]`}:${port}` }
}

export const isHostAddress = (value: unknown): boolean =>
  typeof value === 'string' && readHostAddress(value) !== undefined

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

/** Whether no other machine can listen in. */
export const isLocal = (address: HostAddress): boolean => address.kind === 'unix' || LOOPBACK.test(address.host)
