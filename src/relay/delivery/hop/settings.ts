/** The options of a next hop with their defaults, compiled once. */
import { toMilliseconds } from '../../../model/units.ts'
import type { NextHopOptions, NextHopTls, TimeoutOptions } from '../types.ts'
import { type HostAddress, isLocal, readHostAddress } from './host-address.ts'

/** Milliseconds. */
export type Timeouts = { readonly [K in keyof TimeoutOptions]-?: number }

export interface HostSettings {
  readonly address: HostAddress
  readonly priority: number
  readonly tls: NextHopTls
}

export interface HopSettings {
  /** Our host name. */
  readonly name: string
  readonly protocol: 'smtp' | 'lmtp'
  readonly hosts: readonly HostSettings[]
  readonly ca: string | undefined
  readonly names: readonly string[] | undefined
  readonly maxConnections: number
  readonly idleMs: number
  readonly maxMessages: number
  readonly timeouts: Timeouts
}

export function hopSettings(options: NextHopOptions, name: string): HopSettings {
  const { protocol = 'smtp', connections = {}, timeouts = {} } = options
  const { max = 20, idle = '10s', messages = 100 } = connections
  const { connect = '30s', command = '5m', data = '2m', block = '3m', final = '9m', total = '9m' } = timeouts
  return {
    name,
    protocol,
    hosts: options.hosts.flatMap(host => {
      const { address: text, priority = 0 } = typeof host === 'string' ? { address: host } : host
      const address = readHostAddress(text, protocol)
      if (address === undefined) return []
      return [{ address, priority, tls: options.tls ?? (isLocal(address) ? 'off' : 'opportunistic') }]
    }),
    ca: options.ca,
    names: options.names,
    maxConnections: max,
    idleMs: toMilliseconds(idle),
    maxMessages: messages,
    timeouts: {
      connect: toMilliseconds(connect),
      command: toMilliseconds(command),
      data: toMilliseconds(data),
      block: toMilliseconds(block),
      final: toMilliseconds(final),
      total: toMilliseconds(total),
    },
  }
}
