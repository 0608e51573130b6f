/** STARTTLS towards a next hop (RFC 3207). */
import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { findName } from '../../../net/names.ts'
import type { NextHopTls } from '../types.ts'

export interface TlsSettings {
  readonly mode: NextHopTls
  readonly ca?: string
  readonly names?: readonly string[]
}

/**
 * Turns `plain` into TLS within so many milliseconds. Undefined: the handshake failed, or the certificate was not the
 * right one where it must be verified.
 */
export async function secured(
  plain: Socket,
  host: string | undefined,
  { mode, ca, names }: TlsSettings,
  ms: number,
): Promise<TLSSocket | undefined> {
  const isVerified = mode === 'verified'
  const socket = connect({
    socket: plain,
    ...(host !== undefined && { host }),
    // RFC 6066 §3: a literal address is not a server name.
    ...(host !== undefined && isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    ...(names && {
      checkServerIdentity: (_host: string, certificate: PeerCertificate) => wrongName(names, certificate),
    }),
    rejectUnauthorized: isVerified,
  })
  socket.on('error', () => undefined)
  const timer = setTimeout(() => socket.destroy(new Error(`no handshake within ${Math.round(ms)} ms`)), ms)
  const closed = new AbortController()
  const abort = () => closed.abort()
  socket.once('close', abort)
  try {
    await once(socket, 'secureConnect', { signal: closed.signal })
    return socket
  } catch {
    socket.destroy()
    return undefined
  } finally {
    clearTimeout(timer)
    socket.off('close', abort)
  }
}

/** The certificate must bear one of the names; `.example.org` stands for every name below it. */
function wrongName(names: readonly string[], certificate: PeerCertificate): Error | undefined {
  const wanted = new Map(names.filter(name => name.startsWith('.')).map(name => [name.toLowerCase(), true]))
  const borne = Array.from((certificate.subjectaltname ?? '').matchAll(/DNS:([^,\s"]+)/g), ([, name = '']) => name)
  if (borne.some(name => findName(wanted, name.toLowerCase().replace(/^\*(?=\.)/, 'x')))) return undefined
  const errors = names.filter(name => !name.startsWith('.')).map(name => checkServerIdentity(name, certificate))
  return errors.includes(undefined) ? undefined : (errors[0] ?? new Error('the certificate bears none of the names'))
}
