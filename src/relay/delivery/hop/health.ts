/** Whether a host is used: after a failure it is left alone for a growing time, and then tried by one delivery. */
import type { Clock } from '../../../model/services.ts'

const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 300_000

export class HostHealth {
  readonly #clock: Pick<Clock, 'monotonic'>
  #failures = 0
  #retryAt = 0
  #isProbing = false

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  get isAway(): boolean {
    return this.#failures > 0
  }

  /** Whether a delivery may try the host now. While it is away, one at a time may, after the delay. */
  get mayTry(): boolean {
    return !this.isAway || (!this.#isProbing && this.#clock.monotonic() >= this.#retryAt)
  }

  /** The same for a delivery that does try it now, and then reports how that ended. */
  claim(): boolean {
    if (!this.mayTry) return false
    if (this.isAway) this.#isProbing = true
    return true
  }

  succeeded(): void {
    this.#failures = 0
    this.#isProbing = false
  }

  failed(): void {
    // Connections that were opened together fail together: that is one failure.
    const isNew = !this.isAway || this.#isProbing
    this.#isProbing = false
    if (!isNew) return
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures)
    this.#failures += 1
    this.#retryAt = this.#clock.monotonic() + delay
  }

  /** The try ended for a reason of ours: it says nothing about the host. */
  abandoned(): void {
    this.#isProbing = false
  }
}
