/** From whom a trusted forwarder has a message: the client in the Received field that it wrote itself (RFC 5321 §4.4). */

import { isSameOrganisation } from '../dns/organisation.ts'
import { fact } from '../model/fact.ts'
import type { Header } from '../model/stage.ts'
import { canonical } from '../net/address.ts'
import { domainOf } from '../net/path.ts'
import { isPrivate } from '../net/private.ts'
import { rdns } from './rdns.ts'

/** A client that we have not seen ourselves. */
export interface Forwarded {
  readonly ip: string
  /** As the forwarder heard it. */
  readonly helo: string
}

// A forwarder may hand a message from one of its hosts to another before it sends it on.
const MAX_HOPS = 3
const MAX_LENGTH = 2_000

/**
 * The client of the forwarder; undefined where no trusted forwarder sends, or its own field does not say. Fields below the
 * forwarder's own are anybody's.
 *
 * @example
 * const client = await header.ask(forwarded)
 */
export const forwarded = fact('forwarded', 'header', async (header): Promise<Forwarded | undefined> => {
  if (header.client !== 'forwarder') return undefined
  for (const { value } of header.header.all('received').slice(0, MAX_HOPS)) {
    const hop = readReceived(value)
    if (hop === undefined || !(await isBy(header, hop.by))) return undefined
    if (!isPrivate(hop.ip)) return { ip: hop.ip, helo: hop.helo }
  }
  return undefined
})

interface Hop extends Forwarded {
  readonly by: string
}

// What the client says of itself comes first and is never read as an address, unless the forwarder marks it as such.
const FROM = /^\s*from\s+([^\s()]{1,255})(?:\s+\(([^()]{0,500})\))?[\s\S]*?\sby\s+([A-Za-z0-9.-]{1,255})/i
// Postfix writes `helo (name [ip])`, Exim `name ([ip] helo=…)` or `[ip] (helo=…)`, qmail `unknown (HELO …) (ip)`.
const INFORMATION = /^(?:[^\s[\]=]{1,255}\s+)?\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]/i
const BARE = /^\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]$/i

function readReceived(value: string): Hop | undefined {
  if (value.length > MAX_LENGTH) return undefined
  const [, helo = '', comment = '', by = ''] = FROM.exec(value.replace(/\r?\n/g, '')) ?? []
  const written = INFORMATION.exec(comment)?.[1] ?? (/^helo=/i.test(comment) ? BARE.exec(helo)?.[1] : undefined)
  const ip = written === undefined ? undefined : canonical(written)
  return ip === undefined ? undefined : { ip, helo, by: domainOf(by) }
}

/** Whether the host that says it received is the forwarder: the name in its greeting, or one that DNS confirms. */
async function isBy(header: Header, by: string): Promise<boolean> {
  if (by === '' || !by.includes('.')) return false
  const { confirmed } = await header.ask(rdns)
  const names = confirmed.length > 0 || header.helo === undefined ? confirmed : [domainOf(header.helo)]
  return names.some(name => name === by || isSameOrganisation(name, by))
}
