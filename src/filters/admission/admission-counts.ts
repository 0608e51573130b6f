/** Counts the clients that were let in and turned away: for metrics, notices, and the time when to come again. */

import type { Trust } from '../../facts/trust.ts'
import type { Metric } from '../../model/metric.ts'
import type { Connection } from '../../model/stage.ts'
import { samplesOf, tally } from '../../observe/count.ts'

type Announcer = Pick<Connection, 'clock' | 'notify'>

/** Recent counts lose half of their weight in this time. */
const HALF_LIFE_MS = 60_000
/** An overflow is over when no client was turned away for this time. */
const OVERFLOW_END_MS = 60_000

export class AdmissionCounts {
  readonly #admitted = tally()
  readonly #refused = tally()
  /** Decaying counts of the last minutes. */
  #recentIn = 0
  #recentOut = 0
  #decayedAt = 0
  /** When the last client was turned away. */
  #lastAt = 0
  #overflow: { readonly since: number; turnedAway: number } | undefined

  count(priority: Trust, isIn: boolean, connection: Announcer): void {
    this.#decay(connection.clock.monotonic())
    if (isIn) {
      this.#recentIn += 1
      this.#admitted.add(priority)
      return
    }
    this.#recentOut += 1
    this.#refused.add(priority)
    this.#countOverflow(connection)
  }

  /** How many clients were turned away in the last minutes for each that was let in. */
  pressure(now: number): number {
    this.#decay(now)
    return this.#recentOut / Math.max(1, this.#recentIn)
  }

  metrics(): readonly Metric[] {
    return [
      {
        name: 'postern_admitted_total',
        help: 'Clients that were let in, by priority. While there are slots for all, every client counts as unknown.',
        type: 'counter',
        samples: samplesOf('priority', this.#admitted),
      },
      {
        name: 'postern_turned_away_total',
        help: 'Clients that were turned away with 421 because no session slot was free, by priority.',
        type: 'counter',
        samples: samplesOf('priority', this.#refused),
      },
    ]
  }

  #decay(now: number): void {
    const share = 0.5 ** (Math.max(0, now - this.#decayedAt) / HALF_LIFE_MS)
    this.#recentIn *= share
    this.#recentOut *= share
    this.#decayedAt = now
  }

  /** Announces an overflow when it begins and when it ends, however many clients are turned away. */
  #countOverflow({ clock, notify }: Announcer): void {
    this.#lastAt = clock.monotonic()
    if (this.#overflow !== undefined) {
      this.#overflow.turnedAway += 1
      return
    }
    this.#overflow = { since: this.#lastAt, turnedAway: 1 }
    notify({ code: 'admission/full', reason: 'clients are turned away with 421 until there is room', level: 'warning' })
    clock.after(OVERFLOW_END_MS, () => this.#checkEnd({ clock, notify }))
  }

  #checkEnd({ clock, notify }: Announcer): void {
    if (this.#overflow === undefined) return
    const left = OVERFLOW_END_MS - (clock.monotonic() - this.#lastAt)
    if (left > 0) {
      clock.after(left, () => this.#checkEnd({ clock, notify }))
      return
    }
    const { since, turnedAway } = this.#overflow
    this.#overflow = undefined
    const seconds = Math.round((this.#lastAt - since) / 1000)
    const reason = `there is room again; ${turnedAway} clients were turned away in ${seconds} s`
    notify({ code: 'admission/open', reason, level: 'info' })
  }
}
