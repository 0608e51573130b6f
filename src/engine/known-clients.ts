/** Clients that the configuration knows: our own networks, forwarders, and addresses behind which are many clients. */
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

/** From {@link PosternOptions}, checked already. */
export interface KnownClientsOptions {
  readonly trustedNetworks?: readonly string[]
  readonly forwarders?: readonly string[]
}

export interface KnownClients {
  /** The kind of a client by its address alone. */
  readonly kindOf: (ip: string | undefined) => ClientKind
  /** Whether the client is a forwarder by its confirmed name; absent where no forwarder is given by name. */
  readonly isForwarder?: (connection: Connection) => Promise<boolean>
  /** Called with each greeting. Returns whether a proxy or NAT hides many clients behind this address. */
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

/** A forwarder that is given by its name is known only after a DNS lookup. */
export function findForwarder({ isForwarder }: KnownClients, connection: Scope): MaybePromise<void> {
  const { view } = connection
  if (isForwarder === undefined || view.client !== 'unknown' || view.ip === undefined) return undefined
  return isForwarder(view).then(
    found => {
      if (found) connection.extend({ client: 'forwarder' })
    },
    () => undefined,
  )
}

const LOOPBACK = ['127.0.0.0/8', '::1']

/** Programs of one host or office greet with one or two domains; clients behind a proxy greet with many. */
const MAX_DOMAINS = 3
const MAX_ADDRESSES = 1_000

/** Addresses behind which many clients were seen. */
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
        'hides the clients. No client there is exempt, and limits by address do not apply. Let the proxy pass the addresses ' +
        'on (PROXY protocol, XCLIENT), or publish the port without NAT'
      notify({ code: 'clients/hidden', reason, level: 'warning' })
      return true
    },
  }
}

// Names for local use (RFC 6761, RFC 6762, RFC 8375) name no organisation.
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
