/** What a server remembers of clients while it runs: who has brought mail, and who has held a session for nothing. */
import { networkOf } from '../net/address.ts'
import { SegmentedLru } from '../store/segmented-lru.ts'

/** Clients that are remembered, each way. */
const MAX_CLIENTS = 10_000
/** A client is known for this time after its last delivered message. */
const KNOWN_MS = 24 * 3_600_000
/** How long a client that is not known is not looked up again. */
const ASKED_MS = 60_000
/** After the first session for nothing a client comes last for this time; each further one doubles it. */
const FIRST_PENALTY_MS = 60_000
const MAX_PENALTY_MS = 15 * 60_000

const lru = <V>() => new SegmentedLru<V>({ entries: MAX_CLIENTS, bytes: MAX_CLIENTS })

/** Clients by the network that one customer commonly holds: an IPv4 address, an IPv6 /64. */
export class ClientRecord {
  readonly #known = lru<true>()
  readonly #asked = lru<true>()
  /** When the penalty ends, and how long it was. It is remembered for longer, so that the next one doubles it. */
  readonly #penalties = lru<{ readonly until: number; readonly ms: number }>()

  isKnown(ip: string, now: number): boolean {
    return this.#known.find(keyOf(ip), now) !== 0
  }

  /** The client has brought a message that was delivered, or a record elsewhere says that it is known. */
  setKnown(ip: string, now: number): void {
    renew(this.#known, keyOf(ip), true, KNOWN_MS, now)
  }

  /** Whether the look-up of this client said a moment ago that it is not known; notes that there is one now. */
  wasAsked(ip: string, now: number): boolean {
    const key = keyOf(ip)
    if (this.#asked.find(key, now) !== 0) return true
    this.#asked.add(key, true, 1, ASKED_MS, now)
    return false
  }

  /** The client has held a session for nothing: it is not known any more, and comes last for a time. */
  penalize(ip: string, now: number): void {
    const key = keyOf(ip)
    const known = this.#known.find(key, now)
    if (known !== 0) this.#known.drop(known)
    const item = this.#penalties.find(key, now)
    const before = item === 0 ? undefined : this.#penalties.value(item)
    const ms = before === undefined ? FIRST_PENALTY_MS : Math.min(2 * before.ms, MAX_PENALTY_MS)
    renew(this.#penalties, key, { until: now + ms, ms }, ms + MAX_PENALTY_MS, now)
  }

  isPenalized(ip: string, now: number): boolean {
    const item = this.#penalties.find(keyOf(ip), now)
    return item !== 0 && (this.#penalties.value(item)?.until ?? 0) > now
  }
}

function renew<V>(cache: ReturnType<typeof lru<V>>, key: string, value: V, ttl: number, now: number): void {
  const item = cache.find(key, now)
  if (item === 0) cache.add(key, value, 1, ttl, now)
  else cache.renew(item, value, 1, ttl, now)
}

const keyOf = (ip: string): string => networkOf(ip, { v4: 32 })
