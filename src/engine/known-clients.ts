/** What the configuration knows of clients beforehand: the host's own networks, forwarders, and who hides many clients. */
import { organisationalDomain } from '../dns/organisation.ts'
import { rdns } from '../facts/rdns.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Notify } from '../model/services.ts'
import type { ClientKind, Connection } from '../model/stage.ts'
import { canonical } from '../net/address.ts'
import { findName, readName } from '../net/names.ts'
import { type Network, type NetworkTable, networkTable, readNetwork } from '../net/networks.ts'
import { domainOf } from '../net/path.ts'
import { isPrivate } from '../net/private.ts'
import type { Scope } from './scope.ts'

/** Checked already. */
export interface KnownClientsOptions {
  readonly trustedNetworks?: readonly string[]
  readonly forwarders?: readonly string[]
}

export interface KnownClients {
  /** What an address alone says. */
  readonly kindOf: (ip: string | undefined) => ClientKind
  /** Whether a confirmed name makes a forwarder of the client; undefined while no forwarder is given by name. */
  readonly isForwarder?: (connection: Connection) => Promise<boolean>
  /** Hears each greeting. True when it shows that a proxy or NAT hides many clients behind this address. */
  readonly greeted: (connection: Connection, helo: string | undefined) => boolean
}

export function knownClients({ trustedNetworks = LOOPBACK, forwarders = [] }: KnownClientsOptions): KnownClients {
  const trusted = readList(trustedNetworks)
  const forwarding = readList(forwarders)
  const hidden = hiddenClients()
  const holds = (table: NetworkTable, ip: string) => table.size > 0 && table.find(ip) >= 0

  return {
    kindOf: ip => {
      if (ip === undefined) return 'unknown'
      if (holds(forwarding.table, ip)) return 'forwarder'
      if (hidden.has(ip)) return 'hidden'
      return holds(trusted.table, ip) ? 'trusted' : 'unknown'
    },
    ...(forwarding.names.size > 0 && {
      isForwarder: async connection => {
        const { confirmed } = await connection.ask(rdns)
        return confirmed.some(name => findName(forwarding.names, name))
      },
    }),
    greeted: ({ ip, client, notify }, helo) => {
      if (ip === undefined || helo === undefined || client === 'proxy' || client === 'forwarder') return false
      return (client === 'trusted' || isPrivate(ip)) && hidden.greeted(ip, helo, notify)
    },
  }
}

/** A forwarder that is given by its name is known only when DNS has told it. */
export function findForwarder({ isForwarder }: KnownClients, { context, extend }: Scope): MaybePromise<void> {
  if (isForwarder === undefined || context.client !== 'unknown' || context.ip === undefined) return undefined
  return isForwarder(context).then(
    found => {
      if (found) extend({ client: 'forwarder' })
    },
    () => undefined,
  )
}

const LOOPBACK = ['127.0.0.0/8', '::1']

/** Programs of one host or office greet with one or two domains; what is behind a proxy greets with those of the world. */
const MAX_DOMAINS = 3
const MAX_ADDRESSES = 1_000

function hiddenClients() {
  const domains = new Map<string, Set<string>>()
  const isHiding = (seen: Set<string> | undefined) => seen !== undefined && seen.size > MAX_DOMAINS
  return {
    has: (ip: string): boolean => domains.size > 0 && isHiding(domains.get(ip)),
    greeted: (ip: string, helo: string, notify: Notify): boolean => {
      const seen = domains.get(ip) ?? new Set()
      if (isHiding(seen)) return true
      const domain = publicDomain(helo)
      if (domain === undefined || seen.has(domain)) return false
      if (!domains.has(ip) && domains.size >= MAX_ADDRESSES) return false
      domains.set(ip, seen.add(domain))
      if (!isHiding(seen)) return false
      const reason =
        `clients from ${ip} greet with names of ${seen.size} organisations (${[...seen].join(', ')}): a proxy or NAT ` +
        'hides the clients. Nobody is exempt there and no limit by address holds. Have the proxy hand on the addresses ' +
        '(PROXY protocol, XCLIENT), or publish the port without NAT'
      notify({ code: 'clients/hidden', reason, level: 'warning' })
      return true
    },
  }
}

// Names that hosts give themselves (RFC 6761, RFC 6762, RFC 8375) say nothing of an organisation.
const LOCAL = /(?:^|\.)(?:localhost|localdomain|local|lan|internal|home\.arpa)$/

/** The organisation in a greeting, if it names one. */
function publicDomain(helo: string): string | undefined {
  const name = domainOf(helo)
  if (typeof readName(name) !== 'string' || !name.includes('.') || LOCAL.test(name)) return undefined
  return canonical(name) === undefined ? organisationalDomain(name) : undefined
}

function readList(entries: readonly string[]) {
  const networks: Network[] = []
  const names = new Map<string, true>()
  for (const entry of entries) {
    const network = readNetwork(entry)
    const name = 'words' in network ? undefined : readName(entry)
    if ('words' in network) networks.push(network)
    else if (typeof name === 'string') names.set(name, true)
  }
  return { table: networkTable(networks), names }
}
