/**
 * The queue of a sink. What waits is bounded: beyond that events are dropped and counted, and mail never waits. A batch
 * that could not be written is written again; that is said once, and so is how many events were dropped.
 */
import { errorText } from '../model/errors.ts'
import type { Metric } from '../model/metric.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../model/services.ts'

/** What every sink with a queue takes. */
export interface QueueOptions {
  /** Tells the operator that events are dropped or cannot be written. @default warnings of the process */
  readonly notify?: Notify
  /** Tells the time. @default the system's clock */
  readonly clock?: Clock
}

export interface OutboxOptions<T> extends QueueOptions {
  /** The name of the sink, in metrics and notices. */
  readonly name: string
  /** How much may wait, in what `sizeOf` counts. */
  readonly max: number
  readonly sizeOf: (item: T) => number
  /** Writes a batch. Rejects when it could not, and gets the same batch again. */
  readonly write: (batch: readonly T[]) => Promise<void>
}

const RETRY_MS = 1_000

export class Outbox<T> {
  readonly #options: OutboxOptions<T>
  readonly #notify: Notify
  readonly #clock: Clock
  /** What is being written, and what has come since. */
  #batch: readonly T[] = []
  #next: T[] = []
  #size = 0
  #batchSize = 0
  #written = 0
  #dropped = 0
  /** Dropped since the last notice. */
  #missing = 0
  #running: Promise<void> | undefined
  #isFailing = false
  #isClosed = false
  #cancelRetry: (() => void) | undefined
  #wake: (() => void) | undefined

  constructor(options: OutboxOptions<T>) {
    this.#options = options
    this.#notify = options.notify ?? emitWarning
    this.#clock = options.clock ?? systemClock
  }

  /** Takes an item, or drops it where too much waits. Returns at once. */
  push(item: T): void {
    const size = this.#options.sizeOf(item)
    if (this.#isClosed || this.#size + size > this.#options.max) {
      this.#dropped += 1
      this.#missing += 1
      return
    }
    this.#next.push(item)
    this.#size += size
    this.#running ??= this.#run()
  }

  /** Writes what waits, for at most so many milliseconds, and takes nothing more. */
  async close(ms = 5_000): Promise<void> {
    this.#isClosed = true
    this.#cancelRetry?.()
    this.#wake?.()
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, ms)
    await Promise.race([this.#running, late.promise])
    clearTimeout(timer)
  }

  metrics(): readonly Metric[] {
    const labels = { sink: this.#options.name }
    const metric = (name: string, type: 'counter' | 'gauge', help: string, value: number): Metric => ({
      name,
      type,
      help,
      samples: [{ labels, value }],
    })
    return [
      metric('postern_log_queue', 'gauge', 'Events that wait for a sink.', this.#batch.length + this.#next.length),
      metric('postern_log_written_total', 'counter', 'Events that a sink has written.', this.#written),
      metric('postern_log_dropped_total', 'counter', 'Events that a sink has dropped.', this.#dropped),
    ]
  }

  /** Lets the events of one turn of the event loop become one batch. */
  async #run(): Promise<void> {
    await new Promise<void>(resolve => setImmediate(resolve))
    while (this.#batch.length > 0 || this.#next.length > 0) {
      if (this.#batch.length === 0) this.#take()
      try {
        await this.#options.write(this.#batch)
      } catch (error) {
        this.#failed(error)
        if (this.#isClosed) break
        await this.#pause()
        continue
      }
      this.#succeeded()
    }
    this.#running = undefined
  }

  #take(): void {
    this.#batch = this.#next
    this.#batchSize = this.#size
    this.#next = []
  }

  #succeeded(): void {
    this.#written += this.#batch.length
    this.#batch = []
    this.#size -= this.#batchSize
    const { name } = this.#options
    if (this.#isFailing) {
      this.#isFailing = false
      this.#notify({ code: 'log/up', reason: `${name}: events are written again`, level: 'info' })
    }
    if (this.#missing === 0) return
    const reason = `${name}: ${this.#missing} events were dropped, because too many waited to be written`
    this.#missing = 0
    this.#notify({ code: 'log/dropped', reason, level: 'warning' })
  }

  #failed(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = `${this.#options.name}: events cannot be written, and are tried again: ${errorText(error)}`
    this.#notify({ code: 'log/down', reason, level: 'warning' })
  }

  #pause(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
      this.#cancelRetry = this.#clock.after(RETRY_MS, resolve)
    })
  }
}
