/** What a server has shown that it cannot do, so that each question is not asked twice. */
import type { Clock } from '../model/services.ts'

/** Servers are updated: after this time the best form of a question is tried again. */
const LIFETIME_MS = 600_000
/** One lost packet says nothing about EDNS. */
const MIN_FAILURES = 2

export class Quirks {
  readonly #clock: Pick<Clock, 'monotonic'>
  #ednsFailures = 0
  #noEdnsUntil = Number.NEGATIVE_INFINITY
  #changesCaseUntil = Number.NEGATIVE_INFINITY

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Questions with an additional record (RFC 6891) are refused or dropped. */
  get noEdns(): boolean {
    return this.#clock.monotonic() < this.#noEdnsUntil
  }

  /** The server repeats the question in other letters, and has done so over TCP, where nobody else can have answered. */
  get changesCase(): boolean {
    return this.#clock.monotonic() < this.#changesCaseUntil
  }

  ednsWorked(): void {
    this.#ednsFailures = 0
  }

  /** The question was answered only when it came without EDNS. */
  ednsFailed(): void {
    this.#ednsFailures += 1
    if (this.#ednsFailures >= MIN_FAILURES) this.#noEdnsUntil = this.#clock.monotonic() + LIFETIME_MS
  }

  caseChanged(): void {
    this.#changesCaseUntil = this.#clock.monotonic() + LIFETIME_MS
  }
}
