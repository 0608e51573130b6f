/** A lease in the store: of all processes on all nodes, one holds it, and does what must be done once. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'

/** How long a lease lives without being renewed: after a crash another process takes over that much later. */
const LIFETIME_MS = 60_000
const RENEW_MS = 20_000
/** After a store that did not answer. */
const RETRY_MS = 5_000

export interface Lease {
  /**
   * Takes the lease, or renews it; it lives for a minute. False while another process has it, and while the store
   * cannot be asked.
   */
  hold(): Promise<boolean>
  /**
   * Runs `work` while the lease is held and renewed; the signal is aborted when it is lost. Undefined: another process
   * has it.
   */
  during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>
  /** Lets another process have it. Never rejects. */
  release(): Promise<void>
}

export class StoreLease implements Lease {
  readonly #key: string
  readonly #holder = randomUUID()
  readonly #store: Store
  readonly #clock: Clock

  constructor(name: string, store: Store, clock: Clock) {
    this.#key = `lease:${name}`
    this.#store = store
    this.#clock = clock
  }

  async hold(): Promise<boolean> {
    return (await this.#renew()) === 'held'
  }

  async during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (!(await this.hold())) return undefined
    const lost = new AbortController()
    const end = this.#keep(() => lost.abort())
    try {
      return await work(lost.signal)
    } finally {
      end()
    }
  }

  async release(): Promise<void> {
    const [key, expected] = [this.#key, this.#holder]
    try {
      // A value that is gone at once: the store has no operation that deletes only what is ours.
      await this.#store.run([{ op: 'compareAndSet', key, expected, value: expected, ttl: 1 }])
    } catch {
      // It expires within a minute.
    }
  }

  /** Renews the lease until it is ended. While the store is down it is tried again, as long as the lease lives. */
  #keep(lost: () => void): () => void {
    let cancel = (): void => undefined
    let isOver = false
    let until = this.#clock.monotonic() + LIFETIME_MS
    const later = (ms: number): void => {
      cancel = this.#clock.after(ms, () => void renew())
    }
    const renew = async (): Promise<void> => {
      const began = this.#clock.monotonic()
      const state = await this.#renew()
      if (isOver) return
      if (state === 'held') until = began + LIFETIME_MS
      if (state === 'taken' || this.#clock.monotonic() + RETRY_MS >= until) lost()
      else later(state === 'held' ? RENEW_MS : RETRY_MS)
    }
    later(RENEW_MS)
    return () => {
      isOver = true
      cancel()
    }
  }

  async #renew(): Promise<'held' | 'taken' | 'unknown'> {
    const [key, value] = [this.#key, this.#holder]
    try {
      const [entry] = await this.#store.run([{ op: 'add', key, value, ttl: LIFETIME_MS }])
      if (entry.added) return 'held'
      if (entry.value !== value) return 'taken'
      const [isRenewed] = await this.#store.run([
        { op: 'compareAndSet', key, expected: value, value, ttl: LIFETIME_MS },
      ])
      return isRenewed ? 'held' : 'taken'
    } catch {
      // Without the store it is unknown who has the lease.
      return 'unknown'
    }
  }
}
