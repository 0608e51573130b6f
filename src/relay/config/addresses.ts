/** Addresses as they are written in the configuration: where to listen, and the server that receives mail. */
import { readFileSync } from 'node:fs'

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** The server that receives mail: SMTP, or LMTP (RFC 2033), which replies for each recipient. */
export interface Hop extends HostPort {
  readonly protocol: 'smtp' | 'lmtp'
  /** `required` also checks the certificate and its name. @default opportunistic, or off on the loopback */
  readonly tls: NextHopTls
  /** PEM of the authorities that sign the certificate. @default those that Node knows */
  readonly ca?: string
}

export type NextHopTls = 'off' | 'opportunistic' | 'required'

/** `127.0.0.1:25`, `[::1]:25`, `mail.example.org:25`. */
export function readHostPort(text: string, min = 1): HostPort | undefined {
  const [, six, plain, digits] = /^(?:\[([0-9a-f:.]{2,45})\]|([\w.-]{1,253})):(\d{1,5})$/i.exec(text) ?? []
  const [host, port] = [six ?? plain, Number(digits)]
  return host !== undefined && port >= min && port <= 65_535 ? { host, port } : undefined
}

/** The form in which {@link readHostPort} reads it. */
export const hostPortText = ({ host, port }: HostPort): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

/** Mail that stays on this machine needs no TLS. */
export const defaultNextHopTls = (host: string): NextHopTls => (LOOPBACK.test(host) ? 'off' : 'opportunistic')

/** The text of a file in PEM, or undefined when it cannot be read. */
export function readPem(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
