/** Shares training examples with other nodes: a log in their common store, which each node polls. */
import { join } from 'node:path'
import { errorText } from '../../model/errors.ts'
import { nodeCrypto } from '../../model/lazy.ts'
import type { Services } from '../../model/services.ts'
import { ExampleLog, isDown, type LogPosition } from './example-log.ts'
import { parseExample, sharedText } from './shared-example.ts'
import type { LoggedExample } from './training-log.ts'
import { type Unsent, UnsentExamples } from './unsent.ts'

export interface SyncOptions {
  readonly services: Services
  /** Milliseconds that an example stays in the store, for nodes that are down meanwhile. */
  readonly ttl: number
  /** Where reading has stopped before a restart. @default unknown */
  readonly from?: LogPosition
  /** Without `from`: whether all that the store still has is read. @default only what comes from now on */
  readonly readsAll?: boolean
  /** The classifier's folder, where examples wait on disk while the store is down. @default they wait in memory */
  readonly folder?: string
  /** Called with each example of another node. Must not throw. */
  readonly onExample: (example: LoggedExample) => void
}

interface Written {
  readonly number: number
  readonly value: string
  readonly item: Unsent
}

/** What a person corrects on one node counts on the others within seconds. */
const POLL_INTERVAL_MS = 2_000
/** The most examples of one poll, which bounds the time that it blocks other work. */
const MAX_BATCH = 100
/** A node of an earlier version counts a number before it writes the example: one without is read again for so long. */
const GAP_MS = 10 * 60_000
/** What the others have read meanwhile, unless they are down: written again when the store loses its memory. */
const [RECENT_MS, MAX_RECENT] = [60_000, 200]
/** Numbers before the end that are looked at by a node which has read none. */
const MAX_CATCH_UP = 10_000

/**
 * Publishes the examples of this node, and reads those of the others until it is stopped. An example may arrive twice,
 * and is then learned once.
 */
export class TrainingSync {
  readonly #options: SyncOptions
  readonly #log: ExampleLog
  readonly #unsent: UnsentExamples
  readonly #node = nodeCrypto().randomUUID()
  /** The number of the last example that was read. */
  #position: number | undefined
  /** The one before the last poll: what it has read was learned meanwhile. */
  #settled: number | undefined
  #epoch: string | undefined
  /** Numbers up to it that had no example yet, and since when. */
  readonly #gaps = new Map<number, number>()
  /** Those that were written since the last poll: the next one sees whether the store has them. */
  readonly #written: Written[] = []
  /** Those that the store has had for a moment, the oldest first. */
  #recent: { readonly value: string; readonly at: number }[] = []
  #loading: Promise<void> | undefined
  #sending: Promise<void> | undefined
  #cancelPoll: (() => void) | undefined
  #isFailing = false
  #isStopped = false

  constructor(options: SyncOptions) {
    const { services, ttl, from, folder } = options
    this.#options = options
    this.#log = new ExampleLog(services.store, ttl)
    this.#unsent = new UnsentExamples(folder === undefined ? undefined : join(folder, 'unsent'), path => {
      const reason = `${path} holds no training example, and was renamed to .refused`
      services.notify({ code: 'classify/unsent', reason, level: 'warning' })
    })
    this.#position = from?.position
    this.#settled = from?.position
    this.#epoch = from?.epoch
    void this.#poll()
  }

  /** @throws Error when no further example can wait: then nothing may be learned that the others would not learn */
  assertRoom(): void {
    if (!this.#unsent.isFull) return
    throw new Error(
      `${this.#unsent.size} training examples wait for the store, which is down: no further one is taken until it is up`,
    )
  }

  /** Settles when the example is in the store, or waits for it: on disk, where there is a folder. */
  async publish(example: LoggedExample): Promise<void> {
    this.assertRoom()
    await this.#loaded()
    const item: Unsent = { value: sharedText(example, this.#node) }
    this.#unsent.add(item)
    await this.#send().catch(error => this.#warn(error))
    if (!this.#unsent.has(item)) return
    await this.#persist(item).catch(error => this.#warn(error))
  }

  async #persist(item: Unsent): Promise<void> {
    await this.#unsent.persist(item, this.#options.services.clock.now())
  }

  /** Where every example was read and learned; undefined before the first poll. */
  get position(): LogPosition | undefined {
    const before = Array.from(this.#gaps.keys(), number => number - 1)
    if (this.#settled === undefined) return undefined
    const position = Math.min(this.#settled, ...before)
    return this.#epoch === undefined ? { position } : { position, epoch: this.#epoch }
  }

  /** Examples that wait for the store. */
  get waiting(): number {
    return this.#unsent.size
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelPoll?.()
    const lost = this.#unsent.unsaved.length
    if (lost === 0) return
    const reason = `${lost} training examples of this node were in memory alone, and are lost to the others`
    this.#options.services.notify({ code: 'classify/shared', reason, level: 'warning' })
  }

  async #poll(): Promise<void> {
    const { store, clock } = this.#options.services
    try {
      await this.#loaded()
      if (!isDown(store)) {
        await this.#send()
        await this.#read()
      } else for (const item of this.#unsent.unsaved) await this.#persist(item)
      this.#isFailing = false
    } catch (error) {
      this.#warn(error)
    }
    if (!this.#isStopped) this.#cancelPoll = clock.after(POLL_INTERVAL_MS, () => void this.#poll())
  }

  /** Settles when what an earlier process has left is in the queue. */
  #loaded(): Promise<void> {
    this.#loading ??= this.#unsent.load(this.#options.services.clock.now()).catch(error => this.#warn(error))
    return this.#loading
  }

  #warn(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = `the training examples of nodes could not be exchanged: ${errorText(error)}`
    this.#options.services.notify({ code: 'classify/shared', reason, level: 'warning' })
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
    for (let item = this.#unsent.first; item !== undefined && !isDown(store); item = this.#unsent.first) {
      const value = await this.#unsent.valueOf(item)
      const number = value === undefined ? undefined : await this.#log.append(value)
      // What the fallback has answered reaches no other node.
      if (number !== undefined && isDown(store)) return
      this.#unsent.take(item)
      if (number !== undefined && value !== undefined) this.#written.push({ number, value, item })
    }
  }

  async #read(): Promise<void> {
    const { store } = this.#options.services
    const { end, epoch } = await this.#log.end()
    if (isDown(store)) return
    const from = await this.#begin(end, epoch)
    // One number beyond the end: the node that wrote it may have ended before it moved the end.
    const count = Math.min(end + 1 - from, MAX_BATCH)
    const fresh = Array.from({ length: count }, (_, index) => from + index + 1)
    const gaps = [...this.#gaps.keys()].slice(0, MAX_BATCH)
    const written = this.#written.slice(0, MAX_BATCH)
    const texts = await this.#log.read([...fresh, ...gaps, ...written.map(({ number }) => number)])
    if (isDown(store)) return
    const isBeyond = fresh.at(-1) === end + 1
    const found = isBeyond && texts[count - 1] !== undefined
    if (found) await this.#log.moveEnd(end + 1)
    const read = isBeyond && !found ? fresh.slice(0, -1) : fresh
    for (const [index, number] of read.entries()) this.#take(number, texts[index], end)
    for (const [index, number] of gaps.entries()) this.#take(number, texts[count + index], end)
    this.#position = from + read.length
    this.#written.splice(0, written.length)
    for (const [index, { value, item }] of written.entries()) {
      if (texts[count + gaps.length + index] === value) await this.#arrived(value, item)
      else await this.#requeue(item, value)
    }
  }

  /** The store has the example. */
  async #arrived(value: string, item: Unsent): Promise<void> {
    const now = this.#options.services.clock.monotonic()
    this.#recent.push({ value, at: now })
    this.#recent = this.#recent.filter(({ at }) => now - at < RECENT_MS).slice(-MAX_RECENT)
    await this.#unsent.forget(item)
  }

  /** The store has lost the example. */
  async #requeue(item: Unsent, value: string): Promise<void> {
    item.value = value
    this.#unsent.add(item)
    await this.#persist(item).catch(error => this.#warn(error))
  }

  /** @returns the number after which reading begins */
  async #begin(end: number, epoch: string): Promise<number> {
    // The snapshot of this node, or one of another node that is merged, has the examples before its start.
    this.#position ??= this.#options.readsAll === true ? Math.max(end - MAX_CATCH_UP, 0) : end
    const isAnew = this.#epoch !== undefined && this.#epoch !== epoch
    this.#epoch = epoch
    if (isAnew || this.#position > end) {
      this.#position = 0
      this.#gaps.clear()
    }
    if (isAnew) for (const { value } of this.#recent.splice(0)) await this.#requeue({ value: undefined }, value)
    this.#settled = this.#position
    return this.#position
  }

  #take(number: number, text: string | undefined, end: number): void {
    const now = this.#options.services.clock.monotonic()
    const since = this.#gaps.get(number) ?? now
    this.#gaps.delete(number)
    const isRecent = end - number < MAX_BATCH && now - since < GAP_MS
    if (text === undefined && isRecent) this.#gaps.set(number, since)
    const shared = text === undefined ? undefined : parseExample(text)
    if (shared !== undefined && shared.node !== this.#node) this.#options.onExample(shared.example)
  }
}
