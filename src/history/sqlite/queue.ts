/**
 * Events that wait to be written: many in one batch, bounded in bytes, dropped with a count when there are too many.
 */
import type { GatewayEvent } from '../../model/events.ts'
import type { Metric } from '../../model/metric.ts'
import type { Clock, Notify } from '../../model/services.ts'

export interface QueueOptions {
  /** Bytes of JSON that may wait. */
  readonly max: number
  readonly clock: Clock
  readonly notify: Notify
  /** Writes a batch. @returns whether it was written; if not, it is tried again */
  readonly write: (lines: readonly string[]) => Promise<boolean>
}

/** How long events wait for others, so that a quiet gateway commits seldom. */
const WAIT_MS = 200
/** Events of one batch: larger ones would let searches wait. */
const MAX_BATCH = 1_000
/** After a failure the next try comes later each time. */
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [500, 30_000]

export class EventQueue {
  readonly #options: QueueOptions
  readonly #counts = { taken: 0, written: 0, dropped: 0 }
  #lines: string[] = []
  #bytes = 0
  #retry = FIRST_RETRY_MS
  #isDropping = false
  #isWriting = false
  #cancel: (() => void) | undefined
  #idle: (() => void)[] = []

  constructor(options: QueueOptions) {
    this.#options = options
  }

  add(events: readonly GatewayEvent[]): void {
    for (const event of events) {
      const line = JSON.stringify(event)
      if (this.#bytes + line.length > this.#options.max) {
        this.#drop()
        continue
      }
      this.#counts.taken += 1
      this.#bytes += line.length
      this.#lines.push(line)
    }
    if (this.#lines.length >= MAX_BATCH) this.#start()
    else this.#cancel ??= this.#options.clock.after(WAIT_MS, () => this.#start())
  }

  /** Settles when nothing waits. */
  async flush(): Promise<void> {
    if (this.#lines.length === 0 && !this.#isWriting) return
    const idle = new Promise<void>(done => this.#idle.push(done))
    this.#start()
    await idle
  }

  close(): void {
    this.#cancel?.()
    for (const done of this.#idle.splice(0)) done()
  }

  metrics(): readonly Metric[] {
    const { taken, written, dropped } = this.#counts
    const metric = (name: string, type: 'counter' | 'gauge', help: string, value: number): Metric => ({
      name,
      type,
      help,
      samples: [{ value }],
    })
    return [
      metric('postern_history_events_total', 'counter', 'Events that history has taken.', taken),
      metric('postern_history_written_total', 'counter', 'Events that history has written.', written),
      metric('postern_history_dropped_total', 'counter', 'Events that found the queue of history full.', dropped),
      metric('postern_history_queue_bytes', 'gauge', 'Bytes of events that wait to be written.', this.#bytes),
    ]
  }

  #start(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (!this.#isWriting) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isWriting = true
    while (this.#lines.length > 0) {
      const batch = this.#lines.slice(0, MAX_BATCH)
      if (!(await this.#options.write(batch))) {
        this.#isWriting = false
        this.#cancel ??= this.#options.clock.after(this.#retry, () => this.#start())
        this.#retry = Math.min(2 * this.#retry, LAST_RETRY_MS)
        return
      }
      this.#retry = FIRST_RETRY_MS
      this.#counts.written += batch.length
      this.#lines = this.#lines.slice(batch.length)
      for (const line of batch) this.#bytes -= line.length
      this.#isDropping = false
    }
    this.#isWriting = false
    for (const done of this.#idle.splice(0)) done()
  }

  #drop(): void {
    this.#counts.dropped += 1
    if (this.#isDropping) return
    this.#isDropping = true
    const reason = `the queue of history is full (${this.#options.max} bytes): events are dropped until it is written`
    this.#options.notify({ code: 'history/dropped', reason, level: 'warning' })
  }
}
