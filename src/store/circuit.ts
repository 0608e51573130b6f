/** The state of a circuit breaker: whether a service that fails may be asked, and when it is tried again. */

export interface CircuitOptions {
  /** Failures in a row that open it. @default 1 */
  readonly failures?: number
  /** Milliseconds between two tries while it is open. */
  readonly retry: number
  /** The longest pause, in milliseconds, for a service that fails again soon after each recovery. @default retry */
  readonly maxRetry?: number
}

/** A service that works for this time after a recovery has recovered for good; the next pause is a short one again. */
const RECOVERY_MS = 60_000

export class Circuit {
  readonly #failures: number
  readonly #retry: number
  readonly #maxRetry: number
  #failuresInRow = 0
  #isOpen = false
  #relapses = 0
  #closedAt = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY

  constructor({ failures = 1, retry, maxRetry = retry }: CircuitOptions) {
    this.#failures = failures
    this.#retry = retry
    this.#maxRetry = Math.max(maxRetry, retry)
  }

  /** Whether the service counts as down. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** How often in a row the service has failed again soon after a recovery. */
  get relapses(): number {
    return this.#relapses
  }

  /** Milliseconds until the next try. It doubles with each relapse. */
  get pause(): number {
    return Math.min(this.#retry * 2 ** this.#relapses, this.#maxRetry)
  }

  /** Whether the service may be asked now. While the circuit is open one caller in each pause gets true. */
  tryNow(now: number): boolean {
    if (!this.#isOpen) return true
    if (now - this.#triedAt < this.pause) return false
    this.#triedAt = now
    return true
  }

  /** The service was tried: the next try comes a pause after this. */
  tried(now: number): void {
    this.#triedAt = now
  }

  /** The service has answered. @returns whether that closes the circuit */
  succeeded(now: number): boolean {
    this.#failuresInRow = 0
    if (!this.#isOpen) return false
    this.#isOpen = false
    this.#closedAt = now
    return true
  }

  /** The service has failed. @returns whether that opens the circuit */
  failed(now: number): boolean {
    this.#failuresInRow += 1
    if (this.#isOpen || this.#failuresInRow < this.#failures) return false
    this.#isOpen = true
    this.#failuresInRow = 0
    this.#relapses = now - this.#closedAt < RECOVERY_MS ? this.#relapses + 1 : 0
    this.#triedAt = now
    return true
  }
}
