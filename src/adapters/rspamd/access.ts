/** Who may ask for what: the controller's part is for those who know the password, or for this machine; web pages get nothing. */
import type { IncomingHttpHeaders } from 'node:http'
import { hostname } from 'node:os'
import { canonical } from '../../net/address.ts'
import type { Peer } from '../../net/peer.ts'
import { isSameSecret } from '../shared/secret.ts'
import { HttpError } from '../shared/web/request.ts'

/** Commands that change something, or tell about other mail than the asker's own. */
const controls: ReadonlySet<string> = new Set([
  ...['learnspam', 'learnham'],
  ...['stat', 'symbols', 'actions', 'counters', 'auth', 'errors', 'metrics'],
])

export const isControl = (name: string): boolean => controls.has(name)

export interface Asker {
  readonly peer: Peer
  /** A host that the request names is none of this machine's: its name was made to lead here. */
  readonly foreignHost?: string | undefined
}

/** @throws HttpError unless the asker may have the controller's part */
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

/** A page in a browser on this machine could ask as this machine does. @throws HttpError for what a browser has sent for a page */
export function refusePages(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site']
  if (headers.origin === undefined && (site === undefined || site === 'none')) return
  throw new HttpError(403, 'requests of web pages are not served')
}

/** The first host that the request names and that is not this machine. On a Unix socket any name will do. */
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
