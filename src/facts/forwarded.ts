/**
 * The client that a trusted forwarder received a message from, by the forwarder's own Received field (RFC 5321 §4.4).
 */

import { isSameOrganisation } from '../dns/organisation.ts'
import { fact } from '../model/fact.ts'
import type { Header } from '../model/stage.ts'
import { canonical } from '../net/address.ts'
import { domainOf } from '../net/path.ts'
import { isPrivate } from '../net/private.ts'
import { rdns } from './rdns.ts'

/** The client of a forwarder. */
export interface Forwarded {
  /** Its address, in canonical form. */
  readonly ip: string
  /** Its greeting, as the forwarder recorded it. */
  readonly helo: string
}

// A forwarder may pass a message between its own hosts before it sends it on.
const MAX_HOPS = 3
const MAX_LENGTH = 2_000

/**
 * The client of the forwarder. Undefined when the client is not a trusted forwarder, or its own field does not name
 * one. Fields below the forwarder's own may be forged.
 *
 * @example
 * const client = await header.ask(facts.forwarded)
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

/** A Received field of a server that records its client. */
export interface Hop extends Forwarded {
  readonly by: string
}

// The greeting comes first. It is never read as an address, unless the forwarder marks it as one.
const FROM = /^\s*from\s+([^\s()]{1,255})(?:\s+\(([^()]{0,500})\))?[\s\S]*?\sby\s+([A-Za-z0-9.-]{1,255})/i
// Postfix writes `helo (name [ip])`, Exim `name ([ip] helo=…)` or `[ip] (helo=…)`, qmail `unknown (HELO …) (ip)`.
const INFORMATION = /^(?:[^\s[\]=]{1,255}\s+)?\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]/i
const BARE = /^\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]$/i

/** The client, its greeting and the server that wrote the field; undefined where the field does not say. */
export function readReceived(value: string): Hop | undefined {
  if (value.length > MAX_LENGTH) return undefined
  const [, helo = '', comment = '', by = ''] = FROM.exec(value.replace(/\r?\n/g, '')) ?? []
  const address = INFORMATION.exec(comment)?.[1] ?? (/^helo=/i.test(comment) ? BARE.exec(helo)?.[1] : undefined)
  const ip = address === undefined ? undefined : canonical(address)
  return ip === undefined ? undefined : { ip, helo, by: domainOf(by) }
}

/** Whether `by` names the forwarder: the name in its greeting, or a name that DNS confirms. */
async function isBy(header: Header, by: string): Promise<boolean> {
  if (by === '' || !by.includes('.')) return false
  const { confirmed } = await header.ask(rdns)
  const names = confirmed.length > 0 || header.helo === undefined ? confirmed : [domainOf(header.helo)]
  return names.some(name => name === by || isSameOrganisation(name, by))
}
