/** Says aloud when digests cannot be sent, waits before the next try, and counts. */
import { errorText } from '../model/errors.ts'
import type { Metric } from '../model/metric.ts'
import type { Clock, Notify } from '../model/services.ts'

/** The pause before another try: at first, and at most. */
const PAUSE_MS = { first: 60_000, max: 3_600_000 } as const
const MAX_NAMED = 3
const MAX_TROUBLES = 10_000

interface Trouble {
  readonly pause: number
  readonly until: number
}

export class DigestReports {
  readonly #clock: Clock
  readonly #notify: Notify
  /** Rules that could not be carried out, and until when they wait. */
  readonly #troubles = new Map<string, Trouble>()
  #sent = 0
  #failed = 0

  constructor(clock: Clock, notify: Notify) {
    this.#clock = clock
    this.#notify = notify
  }

  /** Whether the pause after a failure is over. @param key a rule, or a rule and a reader */
  isDue(key: string): boolean {
    return (this.#troubles.get(key)?.until ?? 0) <= this.#clock.now()
  }

  /** A digest was sent. */
  sent(key: string): void {
    this.#sent += 1
    this.#troubles.delete(key)
  }

  /** A digest was not sent; the reader waits for the next try, and the others do not. */
  notSent(key: string): void {
    this.#failed += 1
    this.#wait(key)
  }

  /** A round of a rule has ended. */
  round(rule: string, failures: readonly { readonly address: string; readonly reason: string }[]): void {
    if (failures.length === 0) {
      if (this.#troubles.delete(rule))
        this.#notify({ code: 'digest/sent', reason: 'digests are sent again', level: 'info' })
      return
    }
    const named = failures.slice(0, MAX_NAMED).map(({ address, reason }) => `${address}: ${reason}`)
    const more = failures.length > MAX_NAMED ? ` and ${failures.length - MAX_NAMED} more` : ''
    this.#troubles.set(rule, { pause: PAUSE_MS.first, until: this.#clock.now() + PAUSE_MS.first })
    this.#complain(`digests were not sent to ${named.join('; ')}${more}`)
  }

  /** A round could not be carried out. */
  failed(rule: string, error: unknown): void {
    this.#failed += 1
    this.#wait(rule)
    this.#complain(`digests were not sent: ${errorText(error)}`)
  }

  metrics(): readonly Metric[] {
    const counter = (name: string, help: string, value: number): Metric => ({
      name: `postern_digests_${name}_total`,
      type: 'counter',
      help,
      samples: [{ value }],
    })
    return [
      counter('sent', 'Digests of held mail that were sent.', this.#sent),
      counter('failed', 'Tries to send a digest that have failed.', this.#failed),
    ]
  }

  #wait(key: string): void {
    const before = this.#troubles.get(key)
    const pause = Math.min(before === undefined ? PAUSE_MS.first : 2 * before.pause, PAUSE_MS.max)
    this.#troubles.delete(key)
    const [oldest] = this.#troubles.keys()
    if (this.#troubles.size >= MAX_TROUBLES && oldest !== undefined) this.#troubles.delete(oldest)
    this.#troubles.set(key, { pause, until: this.#clock.now() + pause })
  }

  #complain(reason: string): void {
    this.#notify({ code: 'digest/not-sent', reason: `${reason}; they are tried again`, level: 'warning' })
  }
}
