/** Shares training examples with other nodes: a log in their common store, which each node polls. */
import { errorText } from '../../model/errors.ts'
import { nodeCrypto } from '../../model/lazy.ts'
import type { Services } from '../../model/services.ts'
import type { LoggedExample } from './training-log.ts'

export interface SyncOptions {
  readonly services: Services
  /** Milliseconds that an example stays in the store, for nodes that are down meanwhile. */
  readonly ttl: number
  /** Called with each example of another node. Must not throw. */
  readonly onExample: (example: LoggedExample) => void
}

const COUNT = 'classify:examples'
const POLL_INTERVAL_MS = 10_000

/** The most examples of one poll, which bounds the time that it blocks other work. */
const MAX_BATCH = 100

/** Publishes the examples of this node, and reads those of the others until it is stopped. */
export class TrainingSync {
  readonly #options: SyncOptions
  readonly #node = nodeCrypto().randomUUID()
  /** The number of the last example that was read. */
  #position: number | undefined
  #cancelPoll: (() => void) | undefined
  #isFailing = false
  #isStopped = false

  constructor(options: SyncOptions) {
    this.#options = options
    void this.#poll()
  }

  /** Writes an example for the other nodes. */
  async publish({ features, ...example }: LoggedExample): Promise<void> {
    const { services, ttl } = this.#options
    const [{ count }] = await services.store.run([{ op: 'increment', key: COUNT, by: 1, ttl: 0 }])
    const value = JSON.stringify({
      ...example,
      features: Buffer.from(features).toString('base64'),
      node: this.#node,
    })
    await services.store.run([{ op: 'set', key: `${COUNT}:${count}`, value, ttl }])
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelPoll?.()
  }

  async #poll(): Promise<void> {
    const { clock, notify } = this.#options.services
    try {
      await this.#read()
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) {
        const reason = `the training examples of other nodes could not be read: ${errorText(error)}`
        notify({ code: 'classify/shared', reason, level: 'warning' })
      }
      this.#isFailing = true
    }
    if (!this.#isStopped) this.#cancelPoll = clock.after(POLL_INTERVAL_MS, () => void this.#poll())
  }

  async #read(): Promise<void> {
    const { services, onExample } = this.#options
    const [{ count }] = await services.store.run([{ op: 'increment', key: COUNT, by: 0, ttl: 0 }])
    // The snapshot of this node, or one of another node that is merged, has the examples before its start.
    this.#position ??= count
    const from = this.#position > count ? 0 : this.#position
    const numbers = Array.from({ length: Math.min(count - from, MAX_BATCH) }, (_, index) => from + index + 1)
    const entries = await services.store.run(numbers.map(number => ({ op: 'get', key: `${COUNT}:${number}` }) as const))
    for (const entry of entries) {
      const shared = entry && parseExample(entry.value)
      if (shared !== undefined && shared.node !== this.#node) onExample(shared.example)
    }
    this.#position = from + numbers.length
  }
}

/** Parses an entry of the store; undefined for anything that is not an example. */
function parseExample(text: string): { readonly node: string; readonly example: LoggedExample } | undefined {
  try {
    const { node, id, by, label, undo, weight, features } = JSON.parse(text) as Record<string, unknown>
    if (typeof node !== 'string' || typeof id !== 'string' || typeof by !== 'string') return undefined
    if ((label !== 'ham' && label !== 'spam') || typeof undo !== 'boolean' || typeof features !== 'string') {
      return undefined
    }
    if (typeof weight !== 'number' || !(weight >= 0 && weight <= 1)) return undefined
    return { node, example: { id, by, label, undo, weight, features: Buffer.from(features, 'base64') } }
  } catch {
    return undefined
  }
}
