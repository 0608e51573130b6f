/**
 * Events that wait to be written: many in one batch, bounded in bytes, dropped with a count when there are too many.
 */
import type { GatewayEvent } from '../model/events.ts'
import type { Metric } from '../model/metric.ts'
import type { Clock, Notify } from '../model/services.ts'
import type { Written } from './tasks.ts'

export interface QueueOptions {
  /** Bytes of JSON that may wait. */
  readonly max: number
  readonly clock: Clock
  readonly notify: Notify
  /** Writes a batch. Rejects where nothing of it could be written; then it gets the same batch again. */
  readonly write: (number: number, lines: readonly string[]) => Promise<Written>
}

/** How long events wait for others, so that a quiet gateway commits seldom. */
const WAIT_MS = 200
/** Events of one batch: larger ones would let searches wait. */
const MAX_BATCH = 1_000
/** After a failure the next try comes later each time. */
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [500, 30_000]

export class EventQueue {
  readonly #options: QueueOptions
  readonly #counts = { taken: 0, written: 0, waiting: 0, dropped: 0, unwritable: 0 }
  #lines: string[] = []
  /** What is being written: repeated as it is, with its number, until that is known. */
  #batch: { readonly number: number; readonly lines: readonly string[] } | undefined
  #number = 0
  #bytes = 0
  #retry = FIRST_RETRY_MS
  #isDropping = false
  #isWriting = false
  #isClosed = false
  #cancel: (() => void) | undefined
  #idle: (() => void)[] = []

  constructor(options: QueueOptions) {
    this.#options = options
  }

  add(events: readonly GatewayEvent[]): void {
    for (const event of events) {
      const line = JSON.stringify(event)
      if (this.#bytes + line.length > this.#options.max) {
        this.#drop(1, `the queue of history is full (${this.#options.max} bytes)`)
        continue
      }
      this.#counts.taken += 1
      this.#bytes += line.length
      this.#lines.push(line)
    }
    if (this.#lines.length >= MAX_BATCH) this.#start()
    else this.#cancel ??= this.#options.clock.after(WAIT_MS, () => this.#start())
  }

  /** Settles when nothing waits in memory. */
  async flush(): Promise<void> {
    if (this.#lines.length === 0 && !this.#isWriting && this.#batch === undefined) return
    const idle = new Promise<void>(done => this.#idle.push(done))
    this.#start()
    await idle
  }

  close(): void {
    this.#isClosed = true
    this.#cancel?.()
    for (const done of this.#idle.splice(0)) done()
  }

  /** Counts what became of events, here or in the file in which they wait. */
  count({ written, waiting = 0, dropped = 0, unwritable, reason }: Written): void {
    this.#counts.written += written
    this.#counts.waiting += waiting
    if (dropped > 0) this.#drop(dropped, reason ?? 'there is no room for events that wait')
    else if (written > 0) this.#isDropping = false
    if (unwritable === undefined) return
    this.#counts.unwritable += unwritable.count
    const text = `history has left out ${unwritable.count} events, which can never be written: ${unwritable.reason}`
    this.#options.notify({ code: 'history/unwritable', reason: text, level: 'warning' })
  }

  metrics(): readonly Metric[] {
    const { taken, written, waiting, dropped, unwritable } = this.#counts
    const metric = (name: string, type: 'counter' | 'gauge', help: string, value: number): Metric => ({
      name: `postern_history_${name}`,
      type,
      help,
      samples: [{ value }],
    })
    return [
      metric('events_total', 'counter', 'Events that history has taken.', taken),
      metric('written_total', 'counter', 'Events that history has written.', written),
      metric('waited_total', 'counter', 'Events that had to wait in a file for the database.', waiting),
      metric('dropped_total', 'counter', 'Events that found the queue of history full.', dropped),
      metric('unwritable_total', 'counter', 'Events that history could never write.', unwritable),
      metric('queue_bytes', 'gauge', 'Bytes of events that wait in memory to be written.', this.#bytes),
    ]
  }

  #start(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (!this.#isWriting && !this.#isClosed) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isWriting = true
    while (this.#batch !== undefined || this.#lines.length > 0) {
      this.#batch ??= this.#take()
      const { number, lines } = this.#batch
      try {
        this.count(await this.#options.write(number, lines))
      } catch {
        this.#isWriting = false
        if (this.#isClosed) return
        this.#cancel ??= this.#options.clock.after(this.#retry, () => this.#start())
        this.#retry = Math.min(2 * this.#retry, LAST_RETRY_MS)
        return
      }
      this.#retry = FIRST_RETRY_MS
      this.#batch = undefined
      for (const line of lines) this.#bytes -= line.length
    }
    this.#isWriting = false
    for (const done of this.#idle.splice(0)) done()
  }

  #take(): { readonly number: number; readonly lines: readonly string[] } {
    this.#number += 1
    return { number: this.#number, lines: this.#lines.splice(0, MAX_BATCH) }
  }

  #drop(count: number, why: string): void {
    this.#counts.dropped += count
    if (this.#isDropping) return
    this.#isDropping = true
    this.#options.notify({ code: 'history/dropped', reason: `${why}: events are dropped`, level: 'warning' })
  }
}
