/**
 * Access control: controller commands need the password, or a client on this machine; requests of web pages are
 * refused.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { hostname } from 'node:os'
import { canonical } from '../../net/address.ts'
import type { Peer } from '../../net/peer.ts'
import { isSameSecret } from '../shared/secret.ts'
import { HttpError } from '../shared/web/request.ts'

/** Controller commands: they change something, or describe other mail than the client's own. */
const controls: ReadonlySet<string> = new Set([
  ...['learnspam', 'learnham'],
  ...['stat', 'symbols', 'actions', 'counters', 'auth', 'errors', 'metrics'],
])

export const isControl = (name: string): boolean => controls.has(name)

export interface Asker {
  readonly peer: Peer
  /** A host name in the request that is not this machine's: a sign of DNS rebinding. */
  readonly foreignHost?: string | undefined
}

/** @throws HttpError unless the client may use controller commands */
export function authorise(password: string | undefined, given: string, { peer, foreignHost }: Asker): void {
  if (password !== undefined) {
    if (!isSameSecret(given, password)) throw new HttpError(403, 'the password is wrong or missing')
    return
  }
  if (!peer.isLocal) throw new HttpError(403, 'without a password the controller is served to this machine alone')
  if (foreignHost === undefined) return
  const remedy = 'ask for localhost or its address, or set a password'
  throw new HttpError(403, `the controller is not served under the name ${JSON.stringify(foreignHost)}: ${remedy}`)
}

/** A web page in a browser on this machine has this machine's address. @throws HttpError for a request of a web page */
export function refusePages(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site']
  if (headers.origin === undefined && (site === undefined || site === 'none')) return
  throw new HttpError(403, 'requests of web pages are not served')
}

/** The first host name in the request that is not this machine's. On a Unix socket any name is accepted. */
export function foreignHostOf(
  hosts: readonly string[],
  { ip }: Peer,
  localAddress: string | undefined,
): string | undefined {
  if (ip === undefined) return undefined
  const here = localAddress === undefined ? undefined : canonical(localAddress)
  return hosts.find(host => {
    const name = nameOf(host)
    const address = canonical(name)
    if (address !== undefined) return address !== here && address !== '::1' && !address.startsWith('127.')
    return name !== '' && name !== 'localhost' && !name.endsWith('.localhost') && name !== hostname().toLowerCase()
  })
}

/** Without the port, and the brackets of an IPv6 address. */
const nameOf = (host: string): string =>
  host
    .trim()
    .toLowerCase()
    .replace(/:\d{0,5}$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
