/** How many sessions one client, one network, one site and all together may have open at once. */

import type { LoadMeter } from '../model/load.ts'
import type { Notice } from '../model/services.ts'
import { canonical, networkOf } from '../net/address.ts'

/** How many sessions may be open at once, by what they come from. */
export interface SessionLimits {
  /** Of one IPv4 address, or of one IPv6 /64, which a single customer commonly holds. @default 50 */
  readonly perAddress?: number
  /** Of one IPv4 /24, or of one IPv6 /56. @default 100 */
  readonly perNetwork?: number
  /** Of one IPv6 /48, the most that one site is given (RFC 6177 §2). @default 200 */
  readonly perSite?: number
  /** Of everybody. @default 2_000 */
  readonly all?: number
}

/** The places that sessions take. */
export interface SessionSlots {
  /**
   * Takes one for this client (a proxy has no limit but that of all), and returns how to give it back; undefined when
   * there is none left for it.
   */
  readonly take: (ip: string | undefined) => (() => void) | undefined
}

export interface PlacesOptions {
  readonly now: () => number
  readonly notify: (notice: Notice) => void
  /** Knows how many descriptors there are. @default not asked */
  readonly load?: () => Pick<LoadMeter, 'adjust' | 'hasDescriptor' | 'reportOverflow'> | undefined
}

type Limit = keyof SessionLimits

/** What an IPv6 client is counted in, and what its count is held against. */
const prefixes: readonly (readonly [limit: Limit, v6: number])[] = [
  ['perAddress', 64],
  ['perNetwork', 56],
  ['perSite', 48],
]

const QUIET_MS = 60_000

/**
 * Counts as many keys as sessions are open, and no more. Each holds a file descriptor, too. `notify` is called for a
 * limit that is reached, once a minute.
 */
export function sessionSlots(
  { perAddress = 50, perNetwork = 100, perSite = 200, all = 2_000 }: SessionLimits = {},
  { now, notify, load = () => undefined }: PlacesOptions,
): SessionSlots {
  const limits: Readonly<Record<Limit, number>> = { perAddress, perNetwork, perSite, all }
  const counts = new Map<string, number>()
  let open = 0
  let told = Number.NEGATIVE_INFINITY

  const tell = (reason: string): void => {
    if (now() - told < QUIET_MS) return
    told = now()
    notify({ code: 'smtp-server/sessions', reason, level: 'warning' })
  }
  const tellLimit = (limit: Limit, whose: string): void =>
    tell(`${whose} have ${limits[limit]} sessions open, as many as limits.sessions.${limit} allows: more get 421`)
  return {
    take: ip => {
      if (open >= limits.all) {
        tellLimit('all', 'all clients')
        return undefined
      }
      const keys = keysOf(ip)
      for (const [limit, key] of keys) {
        if ((counts.get(key) ?? 0) < limits[limit]) continue
        tellLimit(limit, `clients in ${key}`)
        return undefined
      }
      const meter = load()
      if (meter?.hasDescriptor('session') === false) {
        tell('the process has few file descriptors left, which open sessions need: more get 421')
        meter.reportOverflow()
        return undefined
      }
      meter?.adjust('descriptors', 1)
      for (const [, key] of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
      open += 1
      let taken = true
      return () => {
        if (!taken) return
        taken = false
        open -= 1
        meter?.adjust('descriptors', -1)
        for (const [, key] of keys) {
          const left = (counts.get(key) ?? 0) - 1
          if (left > 0) counts.set(key, left)
          else counts.delete(key)
        }
      }
    },
  }
}

function keysOf(address: string | undefined): readonly (readonly [limit: Limit, key: string])[] {
  const ip = address === undefined ? undefined : canonical(address)
  if (ip === undefined) return []
  if (ip.includes(':')) return prefixes.map(([limit, v6]) => [limit, networkOf(ip, { v6 })])
  return [
    ['perAddress', ip],
    ['perNetwork', `${ip.slice(0, ip.lastIndexOf('.'))}.0/24`],
  ]
}
