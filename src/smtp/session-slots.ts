/**
 * How many sessions one client, one network, one site and all together may have open at once, and which sessions end
 * first when the process runs out of file descriptors.
 */

import type { LoadMeter } from '../model/load.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Notice } from '../model/services.ts'
import { canonical, networkOf } from '../net/address.ts'
import { ClientRecord } from './client-record.ts'

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

/** A session that holds a slot, as far as it can be ended to make room. */
export interface Occupant {
  /** For how many milliseconds something useful has been due from the client; undefined while it waits for us. */
  overdue(): number | undefined
  /** Ends the session with 421 4.3.2. */
  evict(): void
}

export interface SlotsOptions {
  readonly now: () => number
  readonly notify: (notice: Notice) => void
  /** Knows how many descriptors there are. @default there are enough */
  readonly load?: () => SlotLoad | undefined
  /** Whether a client is known elsewhere: by configuration, or by its record. @default none is */
  readonly isKnown?: (ip: string) => Promise<boolean>
}

type SlotLoad = Pick<LoadMeter, 'adjust' | 'hasDescriptor' | 'reportOverflow'>
type Limit = keyof SessionLimits
type Keys = readonly (readonly [limit: Limit, key: string])[]

/** What an IPv6 client is counted in, and what its count is held against. */
const prefixes: readonly (readonly [limit: Limit, v6: number])[] = [
  ['perAddress', 64],
  ['perNetwork', 56],
  ['perSite', 48],
]

const NOTICE_INTERVAL_MS = 60_000
/** A client that has lately held a session for nothing is overdue by so much from the start. */
const PENALTY_MS = 3_000
/** Clients that are looked up at once, each of which holds a descriptor meanwhile. */
const MAX_LOOKUPS = 16
/** Sessions that one sweep ends at most, so that a short lack does not end many. */
const MAX_EVICTED = 8
/** While a larger share of all slots is taken, sessions whose clients do nothing useful end, ten times a second. */
const OVERDUE_STAY_SHARE = 0.5
const RELIEF_INTERVAL_MS = 100

/** The slot of one session. */
export class SessionSlot {
  occupant: Occupant | undefined
  readonly ip: string | undefined
  readonly keys: Keys
  readonly #slots: SessionSlots
  #isTaken = true

  constructor(slots: SessionSlots, ip: string | undefined, keys: Keys) {
    this.#slots = slots
    this.ip = ip
    this.keys = keys
  }

  /** Gives the slot back. A second call does nothing. */
  release(): void {
    if (!this.#isTaken) return
    this.#isTaken = false
    this.occupant = undefined
    this.#slots.released(this)
  }

  /** A message of this client was delivered: it is known from now on. */
  delivered(): void {
    this.#slots.delivered(this)
  }
}

/**
 * Counts as many keys as sessions are open, and no more. Each session holds a file descriptor, too. While those are
 * short, known clients have a reserve; another client gets a slot when a session ends for it whose client does nothing
 * useful; and clients whose session was ended so come last for a time. `notify` is called once a minute for a limit
 * that is reached.
 */
export class SessionSlots {
  readonly #limits: Readonly<Record<Limit, number>>
  readonly #options: SlotsOptions
  readonly #counts = new Map<string, number>()
  readonly #open = new Set<SessionSlot>()
  readonly #record = new ClientRecord()
  /** Slots whose sessions are being ended, and not given back yet. */
  readonly #evicted = new Set<SessionSlot>()
  /** Clients since the last sweep for which no session could be ended. */
  #turnedAway = 0
  #lookups = 0
  #relievedAt = Number.NEGATIVE_INFINITY
  #noticeAt = Number.NEGATIVE_INFINITY

  constructor(limits: SessionLimits | undefined, options: SlotsOptions) {
    const { perAddress = 50, perNetwork = 100, perSite = 200, all = 2_000 } = limits ?? {}
    this.#limits = { perAddress, perNetwork, perSite, all }
    this.#options = options
  }

  /** Takes a slot for this client, or looks up first whether it is known. Without an address only `all` counts. */
  take(ip: string | undefined): MaybePromise<SessionSlot | undefined> {
    const slot = this.takeNow(ip)
    const { isKnown, now, load } = this.#options
    if (slot !== undefined || ip === undefined || isKnown === undefined) return slot
    if (this.#hasDescriptor('session') || !this.#hasDescriptor('known-session')) return undefined
    if (this.#lookups >= MAX_LOOKUPS || this.#record.wasAsked(ip, now())) return undefined
    this.#lookups += 1
    load?.()?.adjust('descriptors', 1)
    return isKnown(ip).then(
      known => {
        this.#lookedUp()
        if (!known) return undefined
        this.#record.setKnown(ip, now())
        return this.takeNow(ip)
      },
      () => {
        this.#lookedUp()
        return undefined
      },
    )
  }

  /** The same without a look-up: a client is known when it has brought mail before. */
  takeNow(ip: string | undefined): SessionSlot | undefined {
    this.#endOverdue()
    if (this.#open.size >= this.#limits.all) {
      this.#tellLimit('all', 'all clients')
      return undefined
    }
    const keys = keysOf(ip)
    for (const [limit, key] of keys) {
      if ((this.#counts.get(key) ?? 0) < this.#limits[limit]) continue
      this.#tellLimit(limit, `clients in ${key}`)
      return undefined
    }
    if (!this.#hasDescriptor('session') && !this.#hasDescriptorInShortage(ip)) return undefined
    for (const [, key] of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    this.#options.load?.()?.adjust('descriptors', 1)
    const slot = new SessionSlot(this, ip, keys)
    this.#open.add(slot)
    return slot
  }

  /**
   * Some time has passed: while descriptors are short, sessions whose clients do nothing useful end for the clients
   * that were turned away meanwhile and will come again.
   */
  relieve(): void {
    this.#endOverdue()
    const wanted = Math.min(this.#turnedAway, MAX_EVICTED) - this.#evicted.size
    this.#turnedAway = 0
    for (let count = 0; count < wanted && !this.#hasDescriptor('session'); count += 1) if (!this.#evict()) return
  }

  /** @internal of {@link SessionSlot} */
  released(slot: SessionSlot): void {
    this.#open.delete(slot)
    this.#evicted.delete(slot)
    this.#options.load?.()?.adjust('descriptors', -1)
    for (const [, key] of slot.keys) {
      const left = (this.#counts.get(key) ?? 0) - 1
      if (left > 0) this.#counts.set(key, left)
      else this.#counts.delete(key)
    }
  }

  /** @internal of {@link SessionSlot} */
  delivered({ ip }: SessionSlot): void {
    if (ip !== undefined) this.#record.setKnown(ip, this.#options.now())
  }

  #hasDescriptor(use: Parameters<LoadMeter['hasDescriptor']>[0]): boolean {
    return this.#options.load?.()?.hasDescriptor(use) ?? true
  }

  #lookedUp(): void {
    this.#lookups -= 1
    this.#options.load?.()?.adjust('descriptors', -1)
  }

  /** Few descriptors are left: a known client may take one of the reserve, another one only in place of a session. */
  #hasDescriptorInShortage(ip: string | undefined): boolean {
    this.#tell('the process has few file descriptors left, which open sessions need: more get 421')
    this.#options.load?.()?.reportOverflow()
    const now = this.#options.now()
    if (ip !== undefined && this.#record.isKnown(ip, now) && this.#hasDescriptor('known-session')) return true
    if (ip === undefined || this.#record.isPenalized(ip, now)) return false
    if (this.#hasDescriptor('replacement') && this.#evict()) return true
    this.#turnedAway += 1
    return false
  }

  /** Slow and silent clients leave before any client is turned away for want of slots, and long before it. */
  #endOverdue(): void {
    const now = this.#options.now()
    const surplus = this.#open.size - this.#evicted.size - Math.ceil(this.#limits.all * OVERDUE_STAY_SHARE)
    if (surplus <= 0 || now - this.#relievedAt < RELIEF_INTERVAL_MS) return
    this.#relievedAt = now
    const overdue = [...this.#open].flatMap(slot => {
      const ms = this.#overdue(slot, now)
      return ms > 0 ? [{ slot, ms, isKnown: slot.ip !== undefined && this.#record.isKnown(slot.ip, now) }] : []
    })
    overdue.sort((a, b) => Number(a.isKnown) - Number(b.isKnown) || b.ms - a.ms)
    for (const { slot } of overdue.slice(0, surplus)) this.#end(slot, now)
  }

  /** Ends the session that is overdue longest, strangers first. @returns false when none is overdue */
  #evict(): boolean {
    const now = this.#options.now()
    let [victim, latest]: [SessionSlot | undefined, number] = [undefined, 0]
    let isVictimKnown = true
    for (const slot of this.#open) {
      const overdue = this.#overdue(slot, now)
      if (overdue <= 0) continue
      const isKnown = slot.ip !== undefined && this.#record.isKnown(slot.ip, now)
      if (isKnown && !isVictimKnown) continue
      if (isKnown === isVictimKnown && overdue <= latest) continue
      ;[victim, latest, isVictimKnown] = [slot, overdue, isKnown]
    }
    if (victim === undefined) return false
    this.#end(victim, now)
    return true
  }

  #end(victim: SessionSlot, now: number): void {
    const { ip, occupant } = victim
    victim.occupant = undefined
    this.#evicted.add(victim)
    if (ip !== undefined) this.#record.penalize(ip, now)
    occupant?.evict()
  }

  #overdue({ occupant, ip }: SessionSlot, now: number): number {
    const overdue = occupant?.overdue()
    if (overdue === undefined) return Number.NEGATIVE_INFINITY
    return ip !== undefined && this.#record.isPenalized(ip, now) ? overdue + PENALTY_MS : overdue
  }

  #tellLimit(limit: Limit, whose: string): void {
    const allowed = this.#limits[limit]
    this.#tell(`${whose} have ${allowed} sessions open, as many as limits.sessions.${limit} allows: more get 421`)
  }

  #tell(reason: string): void {
    const now = this.#options.now()
    if (now - this.#noticeAt < NOTICE_INTERVAL_MS) return
    this.#noticeAt = now
    this.#options.notify({ code: 'smtp-server/sessions', reason, level: 'warning' })
  }
}

function keysOf(address: string | undefined): Keys {
  const ip = address === undefined ? undefined : canonical(address)
  if (ip === undefined) return []
  if (ip.includes(':')) return prefixes.map(([limit, v6]) => [limit, networkOf(ip, { v6 })])
  return [
    ['perAddress', ip],
    ['perNetwork', `${ip.slice(0, ip.lastIndexOf('.'))}.0/24`],
  ]
}
