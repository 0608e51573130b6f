/** Shares training examples with other nodes: a log in their common store, which each node polls. */
import { errorText } from '../../model/errors.ts'
import { nodeCrypto } from '../../model/lazy.ts'
import type { Services } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import type { LoggedExample } from './training-log.ts'

export interface SyncOptions {
  readonly services: Services
  /** Milliseconds that an example stays in the store, for nodes that are down meanwhile. */
  readonly ttl: number
  /** The number up to which examples were read before a restart. @default those from now on are read */
  readonly from?: number
  /** Called with each example of another node. Must not throw. */
  readonly onExample: (example: LoggedExample) => void
}

const COUNT = 'classify:examples'
/** What a person corrects on one node counts on the others within seconds. */
const POLL_INTERVAL_MS = 2_000

/** The most examples of one poll, which bounds the time that it blocks other work. */
const MAX_BATCH = 100
/** A number is counted before its example is written: one without an example is read again for so long. */
const GAP_MS = 10 * 60_000
/** Examples that wait while the store is down; the oldest are given up. */
const MAX_WAITING = 1_000
/** Numbers that are tried for one example. */
const MAX_TRIES = 10

/** While the store is down a fallback answers in its place, which no other node sees. */
const isDown = (store: Store): boolean => 'state' in store && store.state === 'down'

const keyOf = (number: number): string => `${COUNT}:${number}`

/**
 * Publishes the examples of this node, and reads those of the others until it is stopped. An example may arrive twice,
 * and is then learned once.
 */
export class TrainingSync {
  readonly #options: SyncOptions
  readonly #node = nodeCrypto().randomUUID()
  /** The number of the last example that was read. */
  #position: number | undefined
  /** The one before the last poll: what it has read was learned meanwhile. */
  #settled: number | undefined
  /** Numbers up to it that had no example yet, and since when. */
  readonly #gaps = new Map<number, number>()
  /** Examples of this node that are still to be written. */
  readonly #waiting: string[] = []
  /** Those that were written since the last poll, by number: the next one sees whether the store has them. */
  readonly #written = new Map<number, string>()
  #sending: Promise<void> | undefined
  #cancelPoll: (() => void) | undefined
  #isFailing = false
  #isStopped = false

  constructor(options: SyncOptions) {
    this.#options = options
    this.#position = options.from
    this.#settled = options.from
    void this.#poll()
  }

  /** Writes an example for the other nodes; later, where the store is down. Never rejects. */
  async publish({ features, ...example }: LoggedExample): Promise<void> {
    const packed = Buffer.from(features).toString('base64')
    this.#enqueue(JSON.stringify({ ...example, features: packed, node: this.#node }))
    await this.#send().catch(error => this.#warn(error))
  }

  /** The number up to which every example was read and learned; undefined before the first poll. */
  get position(): number | undefined {
    const before = Array.from(this.#gaps.keys(), number => number - 1)
    return this.#settled === undefined ? undefined : Math.min(this.#settled, ...before)
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelPoll?.()
  }

  async #poll(): Promise<void> {
    const { store, clock } = this.#options.services
    try {
      if (!isDown(store)) {
        await this.#send()
        await this.#read()
      }
      this.#isFailing = false
    } catch (error) {
      this.#warn(error)
    }
    if (!this.#isStopped) this.#cancelPoll = clock.after(POLL_INTERVAL_MS, () => void this.#poll())
  }

  #warn(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = `the training examples of nodes could not be exchanged: ${errorText(error)}`
    this.#options.services.notify({ code: 'classify/shared', reason, level: 'warning' })
  }

  #enqueue(value: string): void {
    this.#waiting.push(value)
    if (this.#waiting.length <= MAX_WAITING) return
    this.#waiting.shift()
    this.#warn(new Error(`more than ${MAX_WAITING} wait, and the oldest are given up`))
  }

  /** Writes what waits, one after another; a second call joins the first. */
  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    const { store } = this.#options.services
    for (let [value] = this.#waiting; value !== undefined && !isDown(store); [value] = this.#waiting) {
      const number = await this.#write(value)
      // What the fallback has answered reaches no other node.
      if (isDown(store)) return
      if (this.#waiting[0] === value) this.#waiting.shift()
      this.#written.set(number, value)
    }
  }

  /** @returns the number under which it was written */
  async #write(value: string): Promise<number> {
    const { services, ttl } = this.#options
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const [{ count }] = await services.store.run([{ op: 'increment', key: COUNT, by: 1, ttl: 0 }])
      // A count that began anew must not overwrite what is there.
      const [{ added }] = await services.store.run([{ op: 'add', key: keyOf(count), value, ttl }])
      if (added) return count
    }
    throw new Error(`the numbers of ${COUNT} are taken`)
  }

  async #read(): Promise<void> {
    const { store, clock } = this.#options.services
    const [{ count }] = await store.run([{ op: 'increment', key: COUNT, by: 0, ttl: 0 }])
    // The snapshot of this node, or one of another node that is merged, has the examples before its start.
    this.#position ??= count
    this.#settled = Math.min(this.#position, count)
    const from = this.#position > count ? 0 : this.#position
    const fresh = Array.from({ length: Math.min(count - from, MAX_BATCH) }, (_, index) => from + index + 1)
    const gaps = [...this.#gaps.keys()].slice(0, MAX_BATCH)
    const written = [...this.#written].slice(0, MAX_BATCH)
    const numbers = [...fresh, ...gaps, ...written.map(([number]) => number)]
    const entries = await store.run(numbers.map(number => ({ op: 'get', key: keyOf(number) }) as const))
    if (isDown(store)) return
    const now = clock.monotonic()
    for (const [index, number] of [...fresh, ...gaps].entries()) this.#take(number, entries[index]?.value, now)
    for (const [index, [number, value]] of written.entries()) {
      this.#written.delete(number)
      if (entries[fresh.length + gaps.length + index]?.value !== value) this.#enqueue(value)
    }
    this.#position = from + fresh.length
  }

  #take(number: number, value: string | undefined, now: number): void {
    const since = this.#gaps.get(number) ?? now
    this.#gaps.delete(number)
    if (value === undefined && now - since < GAP_MS && this.#gaps.size < MAX_BATCH) this.#gaps.set(number, since)
    const shared = value === undefined ? undefined : parseExample(value)
    if (shared !== undefined && shared.node !== this.#node) this.#options.onExample(shared.example)
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
