/** What is remembered of digests in the store, so that each is sent once over all nodes and after every crash. */
import { createHash } from 'node:crypto'
import type { Store } from '../model/store.ts'

const DAY_MS = 86_400_000
/** A mail that was sent is not written again for so long. */
const SENT_TTL_MS = 3 * DAY_MS
/** Longer than messages are held: then nothing is left that could be listed twice. */
const LAST_TTL_MS = 400 * DAY_MS

export class DigestState {
  readonly #store: Store
  readonly #prefix: string

  /** @param scope names the quarantine: each has its own digests */
  constructor(store: Store, scope: string) {
    this.#store = store
    this.#prefix = `digest:${scope}`
  }

  /** A moment that belongs to a rule; set to `first` where there was none. */
  async moment(name: string, rule: string, first: number): Promise<number> {
    const key = `${this.#prefix}:${name}:${rule}`
    const [entry] = await this.#store.run([{ op: 'add', key, value: String(first), ttl: LAST_TTL_MS }])
    return Number(entry.value)
  }

  async setMoment(name: string, rule: string, moment: number): Promise<void> {
    const key = `${this.#prefix}:${name}:${rule}`
    await this.#store.run([{ op: 'set', key, value: String(moment), ttl: LAST_TTL_MS }])
  }

  /** Up to when the last digest of a reader listed their mail; undefined: there was none. */
  async lastOf(rule: string, reader: string): Promise<number | undefined> {
    const [entry] = await this.#store.run([{ op: 'get', key: this.#of('last', rule, reader) }])
    return entry && Number(entry.value)
  }

  async setLast(rule: string, reader: string, until: number): Promise<void> {
    const key = this.#of('last', rule, reader)
    await this.#store.run([{ op: 'set', key, value: String(until), ttl: LAST_TTL_MS }])
  }

  /** Fixes up to when a digest lists mail: a second try after a crash lists the same. */
  async planned(name: string, reader: string, until: number): Promise<number> {
    const key = this.#of('plan', name, reader)
    const [entry] = await this.#store.run([{ op: 'add', key, value: String(until), ttl: SENT_TTL_MS }])
    return Number(entry.value)
  }

  async isSent(name: string, reader: string): Promise<boolean> {
    const [entry] = await this.#store.run([{ op: 'get', key: this.#of('sent', name, reader) }])
    return entry !== undefined
  }

  async setSent(name: string, reader: string): Promise<void> {
    await this.#store.run([{ op: 'set', key: this.#of('sent', name, reader), value: '1', ttl: SENT_TTL_MS }])
  }

  #of(what: string, name: string, reader: string): string {
    const hash = createHash('sha256').update(`${name}\0${reader}`).digest('base64url').slice(0, 32)
    return `${this.#prefix}:${what}:${hash}`
  }
}
