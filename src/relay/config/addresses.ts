/** Addresses as they are written in the configuration: where to listen, and the server that receives mail. */
import { readFileSync } from 'node:fs'

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:25`, `[::1]:25`, `mail.example.org:25`. */
export function readHostPort(text: string, min = 1): HostPort | undefined {
  const [, six, plain, digits] = /^(?:\[([0-9a-f:.]{2,45})\]|([\w.-]{1,253})):(\d{1,5})$/i.exec(text) ?? []
  const [host, port] = [six ?? plain, Number(digits)]
  return host !== undefined && port >= min && port <= 65_535 ? { host, port } : undefined
}

/** The form in which {@link readHostPort} reads it. */
export const hostPortText = ({ host, port }: HostPort): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** What a file of a certificate, a key or an authority must be. */
export const PEM_FILE = 'a file in PEM that can be read'

/** The text of a file in PEM, or undefined when it cannot be read. */
export function readPem(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
