/** A lease in the store: of all processes on all nodes, one holds it, and does what must be done once. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'

/** How long a lease lives without being renewed: after a crash another process takes over that much later. */
const LIFETIME_MS = 60_000

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
    const [key, value] = [this.#key, this.#holder]
    try {
      const [entry] = await this.#store.run([{ op: 'add', key, value, ttl: LIFETIME_MS }])
      if (entry.added) return true
      if (entry.value !== value) return false
      const [isRenewed] = await this.#store.run([
        { op: 'compareAndSet', key, expected: value, value, ttl: LIFETIME_MS },
      ])
      return isRenewed
    } catch {
      // Without the store it is unknown who has the lease.
      return false
    }
  }

  async during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (!(await this.hold())) return undefined
    const lost = new AbortController()
    let cancel = (): void => undefined
    let isOver = false
    const renew = (): void => {
      cancel = this.#clock.after(LIFETIME_MS / 3, async () => {
        if (!(await this.hold())) lost.abort()
        else if (!isOver) renew()
      })
    }
    renew()
    try {
      return await work(lost.signal)
    } finally {
      isOver = true
      cancel()
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
}
