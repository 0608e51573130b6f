/** Who is at the other end: the peer, or whom a trusted proxy names. */
import { canonical, networkOf } from '../../net/address.ts'
import { type Network, networkTable, readNetwork } from '../../net/networks.ts'

/** One client. */
export interface ClientInfo {
  /** Its address; 'unknown' where nothing says so. */
  readonly address: string
  /** What limits count by: an IPv6 client has a /64. */
  readonly key: string
  /** The User-Agent. */
  readonly browser: string
  /** The peer is one of the configured proxies. */
  readonly isProxied: boolean
}

/** Addresses of a chain that are looked at. */
const MAX_HOPS = 20

/** Reads `X-Forwarded-For` of configured proxies, and of no other peer. */
export class Proxies {
  readonly #find: (ip: string) => number

  constructor(networks: readonly string[]) {
    const read = networks.map(readNetwork).filter((network): network is Network => 'width' in network)
    this.#find = networkTable(read).find
  }

  client(peer: string | undefined, headers: Headers): ClientInfo {
    const direct = peer === undefined ? undefined : canonical(peer)
    const browser = headers.get('user-agent') ?? ''
    if (direct === undefined) return { address: 'unknown', key: 'unknown', browser, isProxied: false }
    const isProxied = this.#find(direct) >= 0
    const address = isProxied ? this.#behind(direct, headers.get('x-forwarded-for') ?? '') : direct
    return { address, key: address.includes(':') ? networkOf(address) : address, browser, isProxied }
  }

  /** The last address that is no proxy: those before it are the client's own words. */
  #behind(direct: string, chain: string): string {
    const hops = chain.split(',').slice(-MAX_HOPS)
    let last = direct
    for (const hop of hops.toReversed()) {
      const address = canonical(hop.trim())
      if (address === undefined) return last
      last = address
      if (this.#find(address) < 0) return address
    }
    return last
  }
}
