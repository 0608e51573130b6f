/** Says aloud that there is no room, or little: once an hour for each recipient, and once for all together. */
import type { Clock, Notify } from '../model/services.ts'
import type { HeldCounts } from './counts.ts'
import type { HeldUsage } from './types.ts'

const INTERVAL_MS = 3_600_000
const MAX_NAMES = 1_000
/** From this share on the quarantine is nearly full. */
const NEARLY_FULL = 0.9

export class RoomReports {
  readonly #clock: Clock
  readonly #notify: Notify
  readonly #counts: HeldCounts
  /** When it was said last, by recipient; '' stands for all. */
  readonly #said = new Map<string, number>()
  #isNearlyFull = false

  constructor(clock: Clock, notify: Notify, counts: HeldCounts) {
    this.#clock = clock
    this.#notify = notify
    this.#counts = counts
  }

  /** There was no room. @param recipient undefined: for no recipient */
  full(recipient: string | undefined, reason: string): void {
    this.#counts.add('refused')
    if (!this.#isDue(recipient ?? '')) return
    const whose = recipient === undefined ? 'the quarantine is full' : `the quarantine of ${recipient} is full`
    this.#notify({ code: 'quarantine/full', reason: `${whose}: ${reason}`, level: 'warning' })
  }

  /** So much is held now. */
  used(usage: HeldUsage, max: number): void {
    this.#counts.used(usage, max)
    const isNearlyFull = usage.bytes >= max * NEARLY_FULL
    if (isNearlyFull === this.#isNearlyFull) return
    this.#isNearlyFull = isNearlyFull
    const share = `${Math.floor((usage.bytes / max) * 100)} % of the quarantine is used`
    if (isNearlyFull) this.#notify({ code: 'quarantine/nearly-full', reason: share, level: 'warning' })
    else this.#notify({ code: 'quarantine/room', reason: share, level: 'info' })
  }

  #isDue(name: string): boolean {
    const now = this.#clock.monotonic()
    const last = this.#said.get(name)
    if (last !== undefined && now - last < INTERVAL_MS) return false
    this.#said.delete(name)
    const [oldest] = this.#said.keys()
    if (this.#said.size >= MAX_NAMES && oldest !== undefined) this.#said.delete(oldest)
    this.#said.set(name, now)
    return true
  }
}
