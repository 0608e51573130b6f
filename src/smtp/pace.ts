/** How fast a client gets on: useful commands and bytes of a message earn it time, and waiting for it uses time up. */

/** What a useful command earns: several round trips of a distant client, in milliseconds. */
const COMMAND_MS = 1_000
/** A client has at most this much time ahead, in milliseconds. */
const MAX_AHEAD_MS = 3_000
/** Commands earn no more than this before a message is over: one command a second holds no session for long. */
const COMMANDS_MS = 60_000
/** How fast a message earns the time that it takes. */
const BYTES_PER_MS = 16

/** Times are milliseconds for which this process has run. */
export class Pace {
  /** When something useful is due. */
  #due: number
  /** Commands alone do not move `#due` beyond this. */
  #latest: number

  constructor(now: number) {
    this.#due = now + MAX_AHEAD_MS
    this.#latest = now + COMMANDS_MS
  }

  /** A useful command was obeyed. What the client owed before is settled: it may have waited for us. */
  commandObeyed(now: number): void {
    this.#due = Math.max(this.#due, Math.min(now + COMMAND_MS, this.#latest))
  }

  /** So many bytes of a message have arrived. */
  received(bytes: number, now: number): void {
    const earned = bytes / BYTES_PER_MS
    this.#due = Math.min(this.#due + earned, now + MAX_AHEAD_MS)
    this.#latest += earned
  }

  /** A message is over, and the next one may begin. */
  messageOver(now: number): void {
    this.#due = now + MAX_AHEAD_MS
    this.#latest = now + COMMANDS_MS
  }

  /** For how many milliseconds something useful has been due; negative before that. */
  overdue(now: number): number {
    return now - this.#due
  }
}
