/** What a server does not support, so that not every question is sent twice. */
import type { Clock } from '../model/services.ts'

/** Servers are updated, so the best form of a question is tried again after this time. */
const LIFETIME_MS = 600_000
/** One lost packet says nothing about EDNS. */
const MIN_FAILURES = 2

/** What one server does not support. */
export class Quirks {
  readonly #clock: Pick<Clock, 'monotonic'>
  #ednsFailures = 0
  #noEdnsUntil = Number.NEGATIVE_INFINITY
  #changesCaseUntil = Number.NEGATIVE_INFINITY

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Whether the server refuses or drops questions with EDNS (RFC 6891). */
  get noEdns(): boolean {
    return this.#clock.monotonic() < this.#noEdnsUntil
  }

  /** Whether the server changes the case of the question, also over TCP, where no attacker can have answered. */
  get changesCase(): boolean {
    return this.#clock.monotonic() < this.#changesCaseUntil
  }

  /** Records that a question with EDNS was answered. */
  ednsWorked(): void {
    this.#ednsFailures = 0
  }

  /** Records that a question was answered only without EDNS. */
  ednsFailed(): void {
    this.#ednsFailures += 1
    if (this.#ednsFailures >= MIN_FAILURES) this.#noEdnsUntil = this.#clock.monotonic() + LIFETIME_MS
  }

  /** Records that the server changed the case of a question over TCP. */
  caseChanged(): void {
    this.#changesCaseUntil = this.#clock.monotonic() + LIFETIME_MS
  }
}
