/** Answers by what was asked: the same text to many recipients is asked about once. */
import { nodeCrypto } from '../../model/lazy.ts'
import type { Opinion, OpinionQuestion } from './options.ts'

const MAX_ENTRIES = 1_000

interface Entry {
  readonly opinion: Opinion | undefined
  readonly until: number
}

export class OpinionCache {
  readonly #ttl: number
  /** From the oldest on. */
  readonly #entries = new Map<string, Entry>()

  /** @param ttl milliseconds; 0 keeps nothing */
  constructor(ttl: number) {
    this.#ttl = ttl
  }

  /** @returns undefined where nothing is kept; an entry without an opinion where there was none */
  get(key: string, now: number): Pick<Entry, 'opinion'> | undefined {
    const found = this.#entries.get(key)
    return found !== undefined && now < found.until ? found : undefined
  }

  set(key: string, opinion: Opinion | undefined, now: number): void {
    if (this.#ttl === 0) return
    this.#entries.delete(key)
    this.#entries.set(key, { opinion, until: now + this.#ttl })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest)
  }
}

export const keyOf = ({ subject, text }: OpinionQuestion): string =>
  nodeCrypto()
    .createHash('sha256')
    .update(JSON.stringify([subject, text]))
    .digest('base64url')
    .slice(0, 22)
