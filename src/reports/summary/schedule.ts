/** When summaries are sent: once a week, at a time of the day in some zone. */
import { errorText } from '../../model/errors.ts'
import type { Clock, Notify } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import { keyPart } from '../tally.ts'

export interface SummaryScheduleOptions {
  readonly store: Store
  readonly clock: Clock
  readonly notify: Notify
  /** In English and small letters: `monday`. */
  readonly day: string
  /** `08:00`. */
  readonly time: string
  /** @default that of the system */
  readonly timeZone?: string
  readonly recipients: readonly string[]
  /** Sends the summary of the week that ends with this moment, the beginning of a day in UTC. */
  readonly send: (recipient: string, end: number) => Promise<void>
  /** Runs work while no other process does it. */
  readonly once: (work: () => Promise<void>) => Promise<unknown>
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A summary that could not be sent is tried again so much later, until the day is over. */
const RETRY_MS = 10 * MINUTE_MS
const KEPT_MS = 8 * DAY_MS

export class SummarySchedule {
  readonly #options: SummaryScheduleOptions
  readonly #local: Intl.DateTimeFormat
  #cancel = (): void => undefined
  #sending: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: SummaryScheduleOptions) {
    this.#options = options
    const { timeZone } = options
    this.#local = new Intl.DateTimeFormat('en-CA', {
      ...{ weekday: 'long', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
      hourCycle: 'h23',
      ...(timeZone !== undefined && { timeZone }),
    })
  }

  /** Looks once a minute: so a change of the clock or of summer time needs no thought. */
  start(): void {
    this.#cancel = this.#options.clock.after(MINUTE_MS, () => {
      this.#sending = this.run().finally(() => {
        if (!this.#isClosed) this.start()
      })
    })
  }

  /** Sends what is due. Never rejects. */
  async run(): Promise<void> {
    const { clock, once, notify, recipients } = this.#options
    const date = this.#due(clock.now())
    if (date === undefined) return
    try {
      await once(async () => {
        for (const recipient of recipients) await this.#sendOnce(recipient, date)
      })
    } catch (error) {
      notify({ code: 'summary/send', reason: `the summary waits: ${errorText(error)}`, level: 'warning' })
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.#sending
  }

  /** The date in the zone, on the right day once the time has come; a process that was down catches up on that day. */
  #due(now: number): string | undefined {
    const { day, time } = this.#options
    const parts = new Map(this.#local.formatToParts(now).map(({ type, value }) => [type, value]))
    const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? ''
    const isDue = part('weekday').toLowerCase() === day && `${part('hour')}:${part('minute')}` >= time
    return isDue ? `${part('year')}-${part('month')}-${part('day')}` : undefined
  }

  async #sendOnce(recipient: string, date: string): Promise<void> {
    const { store, send, clock, notify } = this.#options
    const key = `summary:${date}:${keyPart(recipient)}`
    const [claim] = await store.run([{ op: 'add', key, value: 'sending', ttl: RETRY_MS }])
    if (!claim.added) return
    try {
      await send(recipient, Math.floor(clock.now() / DAY_MS) * DAY_MS)
      await store.run([{ op: 'set', key, value: 'sent', ttl: KEPT_MS }])
    } catch (error) {
      const reason = `the summary for ${recipient} waits for ten minutes: ${errorText(error)}`
      notify({ code: 'summary/send', reason, level: 'warning' })
    }
  }
}
