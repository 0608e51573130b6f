/**
 * What users may know of the state of mail: whether it is late, since when, and whether they have to do something. No
 * number, no name of a host, and no reason is in it: the page is public, and an attacker reads it, too.
 */
import type { Store } from '../model/store.ts'
import { type Board, isActive } from './board.ts'
import { readBoard } from './shared-board.ts'
import { type MailState, STATUS_TEXTS, type StatusLanguage } from './status-texts.ts'

/** A text for users. */
export interface StatusReport {
  /** The state of mail. */
  readonly state: MailState
  /** When the delay began, in milliseconds since 1970, to a quarter of an hour; absent otherwise. */
  readonly since?: number
  readonly language: StatusLanguage
  /** One line. */
  readonly title: string
  /** One or two sentences. */
  readonly text: string
}

const QUARTER_MS = 15 * 60_000

/** What the status page says. */
function statusReport(board: Board | undefined, language: StatusLanguage): StatusReport {
  const texts = STATUS_TEXTS[language]
  if (board === undefined) return { state: 'unknown', language, ...texts.unknown }
  const delays = board.entries.filter(entry => isActive(entry) && entry.delaysMail)
  if (delays.length === 0) return { state: 'normal', language, ...texts.normal }
  const since = Math.floor(Math.min(...delays.map(entry => entry.since)) / QUARTER_MS) * QUARTER_MS
  return { state: 'delayed', since, language, ...texts.delayed }
}

/** The same from the store, at most every 15 seconds. Never rejects: without the store the state is unknown. */
export class StatusBoard {
  readonly #store: Store
  readonly #now: () => number
  #read: { readonly at: number; readonly board: Promise<Board | undefined> } | undefined

  /** @param now milliseconds of the monotonic clock */
  constructor(store: Store, now: () => number) {
    this.#store = store
    this.#now = now
  }

  async report(language: StatusLanguage): Promise<StatusReport> {
    const now = this.#now()
    if (this.#read === undefined || now - this.#read.at >= FRESH_MS)
      this.#read = { at: now, board: readBoard(this.#store).catch(() => undefined) }
    return statusReport(await this.#read.board, language)
  }
}

const FRESH_MS = 15_000
