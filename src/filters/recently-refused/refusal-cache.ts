/** The clients that were refused lately, and how often they are turned away. */
import { addressTrust } from '../../facts/trust.ts'
import type { Reply } from '../../model/decision.ts'
import { ExpiringTable } from '../../model/expiring-table.ts'
import { type Services, systemClock } from '../../model/services.ts'
import type { Connection } from '../../model/stage.ts'
import { networkOf } from '../../net/address.ts'
import { temporaryReply } from './replies.ts'

/** A refused client. */
export interface Entry {
  readonly reply: Reply
  /** Why, for the operator. */
  readonly reason: string
  readonly since: number
  /**
   * The client got its refusal at `connect`. Otherwise the policy wanted to refuse it later, which only load changes.
   */
  readonly announced: boolean
}

/** A client whose address can be remembered. */
export type KnownClient = Connection & { readonly ip: string }

/** Milliseconds between two notices of how many connections were closed, while there are any. */
const NOTICE_INTERVAL_MS = 60_000

type Environment = Pick<Services, 'clock' | 'notify'> & Partial<Pick<Services, 'load'>>

export class RefusalCache {
  readonly #entries: ExpiringTable<Entry>
  readonly #strikes: ExpiringTable<{ readonly count: number; readonly ref: string }>
  readonly #maxStrikes: number
  #services: Environment = { clock: systemClock, notify: () => undefined }
  #closed = 0
  #reported = 0
  #cancelNotice: (() => void) | undefined

  /** @param maxStrikes refused sessions in a row after which a client is remembered */
  constructor(bounds: { readonly entries: number; readonly ttl: number }, maxStrikes: number) {
    this.#entries = new ExpiringTable(bounds)
    this.#strikes = new ExpiringTable(bounds)
    this.#maxStrikes = maxStrikes
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#entries.size
  }

  /** How many connections were closed at once. */
  get closed(): number {
    return this.#closed
  }

  /** Begins without entries, for a gateway that opens. */
  start(services: Environment): void {
    this.#services = services
    this.#entries.clear()
    this.#strikes.clear()
  }

  stop(): void {
    this.#cancelNotice?.()
    this.#cancelNotice = undefined
  }

  find(ip: string): Entry | undefined {
    if (this.#entries.size === 0) return undefined
    const { clock, load } = this.#services
    const found = this.#entries.get(keyOf(ip), clock.monotonic())
    return found && (found.announced || (load && load.level !== 'green')) ? found : undefined
  }

  /** Finds a client whose connection is closed at once, and counts it. */
  close(ip: string): Entry | undefined {
    const found = this.find(ip)
    if (found === undefined) return undefined
    this.#closed += 1
    this.#cancelNotice ??= this.#services.clock.after(NOTICE_INTERVAL_MS, () => this.#report())
    return found
  }

  /** Seconds since an entry was made. */
  age({ since }: Entry): number {
    return Math.round((this.#services.clock.monotonic() - since) / 1000)
  }

  /** Remembers a client, unless it has a good record. */
  remember(client: KnownClient, entry: Omit<Entry, 'since'>): void {
    const add = () => {
      const now = this.#services.clock.monotonic()
      this.#entries.put(keyOf(client.ip), { ...entry, since: now }, now)
    }
    client.ask(addressTrust).then(
      trust => trust !== 'known' && add(),
      () => undefined,
    )
  }

  /** Counts a session that ended in a refusal: one strike, however many recipients were refused. */
  strike(client: KnownClient): void {
    const now = this.#services.clock.monotonic()
    const key = keyOf(client.ip)
    const before = this.#strikes.get(key, now)
    if (before?.ref === client.ref) return
    const count = (before?.count ?? 0) + 1
    this.#strikes.put(key, { count, ref: client.ref }, now)
    if (count < this.#maxStrikes) return
    this.#strikes.delete(key)
    const reason = `${count} sessions in a row ended in refusals, without an accepted message`
    this.remember(client, {
      reply: temporaryReply(client.ref, 'Too many refusals, try again later'),
      reason,
      announced: true,
    })
  }

  /** Ends the row of refused sessions: a message was accepted. */
  clearStrikes(client: KnownClient): void {
    this.#strikes.delete(keyOf(client.ip))
  }

  #report(): void {
    this.#cancelNotice = undefined
    const more = this.#closed - this.#reported
    this.#reported = this.#closed
    if (more === 0) return
    const reason = `${more} connections of recently refused clients were closed at once; ${this.size} clients are remembered`
    this.#services.notify({ code: 'recently-refused/closed', reason, level: 'info' })
    this.#cancelNotice = this.#services.clock.after(NOTICE_INTERVAL_MS, () => this.#report())
  }
}

/** A host with IPv6 has a whole /64. */
const keyOf = (ip: string): string => (ip.includes(':') ? networkOf(ip) : ip)
