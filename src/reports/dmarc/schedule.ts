/** When reports are sent: each day after its end, again every hour until all of it is done, for two days. */
import { errorText } from '../../model/errors.ts'
import type { Clock, Notify } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import { dayOf } from './counter.ts'
import type { DmarcSender } from './sender.ts'

export interface ReportScheduleOptions {
  readonly sender: DmarcSender
  readonly store: Store
  readonly clock: Clock
  readonly notify: Notify
  /** Runs work while no other process does it; undefined where another one does. */
  readonly once: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T | undefined>
  /** A round begins so many milliseconds after the full hour at most: not all receivers of the world send at once. */
  readonly jitter: number
  /** A number from 0 to 1. @default Math.random */
  readonly random?: () => number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Mail processes count a message of the last second up to ten seconds later. */
const SETTLE_MS = 5 * 60_000
/** Days whose reports may still be sent: so long a store or a mail server may be down. */
const DAYS = 2
const KEPT_MS = 4 * DAY_MS

export class ReportSchedule {
  readonly #options: ReportScheduleOptions
  /** The same for all rounds of this process. */
  readonly #offset: number
  readonly #ended = new AbortController()
  #cancel = (): void => undefined
  #round: Promise<void> = Promise.resolve()

  constructor(options: ReportScheduleOptions) {
    this.#options = options
    const { jitter, random = Math.random } = options
    this.#offset = SETTLE_MS + random() * jitter
  }

  start(): void {
    const { clock } = this.#options
    const now = clock.now()
    const hour = Math.floor((now - this.#offset) / HOUR_MS) + 1
    this.#cancel = clock.after(hour * HOUR_MS + this.#offset - now, () => {
      this.#round = this.run().finally(() => {
        if (!this.#ended.signal.aborted) this.start()
      })
    })
  }

  /** One round. Never rejects: what could not be sent waits for the next one. */
  async run(): Promise<void> {
    const { once, notify } = this.#options
    try {
      await once(signal => this.#sendAll(AbortSignal.any([signal, this.#ended.signal])))
    } catch (error) {
      notify({ code: 'reports/send', reason: `reports wait for an hour: ${errorText(error)}`, level: 'warning' })
    }
  }

  /** Ends after the report that is being sent. */
  async close(): Promise<void> {
    this.#cancel()
    this.#ended.abort()
    await this.#round
  }

  async #sendAll(signal: AbortSignal): Promise<void> {
    const { sender, store, clock, notify } = this.#options
    for (let back = DAYS; back >= 1; back -= 1) {
      const day = dayOf(clock.now() - back * DAY_MS)
      const key = `reports:done:${day}`
      const [done] = await store.run([{ op: 'get', key }])
      if (done !== undefined) continue
      const { sent, refused, later } = await sender.sendDay(day, signal)
      if (signal.aborted) return
      // Nothing waits, and no other process is sending a report: there is nothing left of this day.
      if (later === 0) await store.run([{ op: 'set', key, value: '1', ttl: KEPT_MS }])
      if (sent + refused > 0) {
        const reason = `${sent} DMARC reports of ${day} were sent, ${refused} refused, ${later} wait`
        notify({ code: 'reports/sent', reason, level: 'info' })
      }
    }
  }
}
