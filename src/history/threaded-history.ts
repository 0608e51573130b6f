/** A history that is written and searched in a thread: what both stores have in common. */
import { randomBytes } from 'node:crypto'
import { errorText } from '../model/errors.ts'
import type { GatewayEvent } from '../model/events.ts'
import type { Metric } from '../model/metric.ts'
import type { Clock, Notify } from '../model/services.ts'
import { WorkerClient } from '../threads/worker-client.ts'
import { EventQueue } from './queue.ts'
import type { Drained, ExportedPage, Task, Tidied, Written } from './tasks.ts'
import type {
  AggregateQuery,
  AggregateRow,
  AuditPage,
  AuditQuery,
  History,
  HistoryPage,
  HistoryQuery,
} from './types.ts'

export interface ThreadedHistoryOptions {
  /** The file of the thread. */
  readonly file: URL
  /** What the thread is started with. */
  readonly data: unknown
  /** Bytes of events that may wait in memory. */
  readonly queue: number
  readonly clock: Clock
  readonly notify: Notify
}

/** How often what is old is looked for. */
const TIDY_EVERY_MS = 3_600_000
/** How long `close` waits for what is in the queue. */
const CLOSE_TIMEOUT_MS = 10_000
/** Sessions of an export that are remembered, so that none is given out twice. */
const MAX_SEEN = 10_000
/** When events that wait in a file are tried again: later each time. */
const [FIRST_DRAIN_MS, LAST_DRAIN_MS] = [1_000, 30_000]

export class ThreadedHistory implements History {
  readonly #thread: WorkerClient<Task>
  readonly #queue: EventQueue
  readonly #clock: Clock
  readonly #notify: Notify
  readonly #writer = randomBytes(9).toString('base64url')
  #isFailing = false
  #isTidyFailing = false
  #isClosed = false
  #isWaiting = false
  #nextDrain = FIRST_DRAIN_MS
  #cancelTidy: () => void = () => undefined
  #cancelDrain: () => void = () => undefined

  constructor({ file, data, queue, clock, notify }: ThreadedHistoryOptions) {
    this.#clock = clock
    this.#notify = notify
    this.#thread = new WorkerClient('the thread of history', file, data)
    this.#queue = new EventQueue({ max: queue, clock, notify, write: (number, lines) => this.#write(number, lines) })
    this.#tidy()
  }

  append(events: readonly GatewayEvent[]): void {
    if (!this.#isClosed) this.#queue.add(events)
  }

  async flush(): Promise<void> {
    await this.#queue.flush()
    if (this.#isWaiting) await this.#drain()
  }

  async search(query: HistoryQuery): Promise<HistoryPage> {
    return (await this.#thread.ask({ kind: 'search', query })) as HistoryPage
  }

  async get(ref: string): Promise<readonly GatewayEvent[]> {
    return (await this.#thread.ask({ kind: 'session', ref })) as readonly GatewayEvent[]
  }

  async aggregate(query: AggregateQuery): Promise<readonly AggregateRow[]> {
    return (await this.#thread.ask({ kind: 'aggregate', query })) as readonly AggregateRow[]
  }

  async audit(query: AuditQuery): Promise<AuditPage> {
    return (await this.#thread.ask({ kind: 'audit', query })) as AuditPage
  }

  async *exported(address: string): AsyncGenerator<GatewayEvent> {
    const seen = new Set<string>()
    let cursor: string | undefined
    do {
      const page = (await this.#thread.ask({ kind: 'exported', address, cursor })) as ExportedPage
      for (const { ref, lines } of page.sessions) {
        if (seen.has(ref)) continue
        const [oldest] = seen
        if (seen.size >= MAX_SEEN && oldest !== undefined) seen.delete(oldest)
        seen.add(ref)
        for (const line of lines) yield JSON.parse(line) as GatewayEvent
      }
      cursor = page.next
    } while (cursor !== undefined)
  }

  async erase(address: string): Promise<number> {
    await this.flush()
    return (await this.#thread.ask({ kind: 'erase', address })) as number
  }

  async tidy(): Promise<void> {
    let tidied: Tidied
    do {
      tidied = (await this.#thread.ask({ kind: 'tidy', now: this.#clock.now() })) as Tidied
    } while (tidied.more && !this.#isClosed)
    if (tidied.remark !== undefined) this.#notify({ code: 'history/untidy', reason: tidied.remark, level: 'warning' })
    // A process that has ended may have left some.
    if ((tidied.waiting ?? 0) > 0) this.#beginDrain()
  }

  metrics(): readonly Metric[] {
    return this.#queue.metrics()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cancelTidy()
    this.#cancelDrain()
    const timeout = new Promise<void>(done => this.#clock.after(CLOSE_TIMEOUT_MS, done))
    await Promise.race([this.#queue.flush(), timeout])
    this.#queue.close()
    await this.#thread.close({ kind: 'close' })
  }

  /** Rejects where nothing was written, and nothing of it waits in a file. */
  async #write(number: number, lines: readonly string[]): Promise<Written> {
    try {
      const task = { kind: 'write', writer: this.#writer, number, lines: lines.join('\n') } as const
      const written = (await this.#thread.ask(task)) as Written
      if (written.waiting === undefined) this.#succeeded()
      else this.#waits(written.reason ?? 'the database is away', 'in a file')
      return written
    } catch (error) {
      this.#failed(error, 'in memory, and are dropped when the queue is full')
      throw error
    }
  }

  #waits(reason: string, where: string): void {
    this.#failed(reason, where)
    this.#beginDrain()
  }

  #beginDrain(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#scheduleDrain()
  }

  #scheduleDrain(): void {
    if (this.#isClosed) return
    this.#cancelDrain()
    this.#cancelDrain = this.#clock.after(this.#nextDrain, () => {
      this.#drain().catch(() => undefined)
    })
    this.#nextDrain = Math.min(2 * this.#nextDrain, LAST_DRAIN_MS)
  }

  /** Writes what waits in a file. Rejects where some of it still waits. */
  async #drain(): Promise<void> {
    for (;;) {
      let drained: Drained
      try {
        drained = (await this.#thread.ask({ kind: 'drain' })) as Drained
      } catch (error) {
        this.#scheduleDrain()
        throw error
      }
      this.#queue.count(drained)
      if (drained.left > 0 && drained.reason === undefined) continue
      if (drained.left === 0) {
        this.#isWaiting = false
        this.#nextDrain = FIRST_DRAIN_MS
        this.#succeeded()
        return
      }
      this.#scheduleDrain()
      throw new Error(drained.reason)
    }
  }

  #succeeded(): void {
    if (this.#isFailing) this.#notify({ code: 'history/writing', reason: 'history is written again', level: 'info' })
    this.#isFailing = false
  }

  #failed(error: unknown, where: string): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = `history cannot be written: ${errorText(error)}; events wait ${where}`
    this.#notify({ code: 'history/failing', reason, level: 'warning' })
  }

  #tidy(): void {
    this.tidy().then(
      () => {
        this.#isTidyFailing = false
      },
      error => this.#tidyFailed(error),
    )
    this.#cancelTidy = this.#clock.after(TIDY_EVERY_MS, () => this.#tidy())
  }

  #tidyFailed(error: unknown): void {
    if (this.#isTidyFailing || this.#isClosed) return
    this.#isTidyFailing = true
    const reason = `what is old in history could not be dropped: ${errorText(error)}; it is tried again every hour`
    this.#notify({ code: 'history/untidy', reason, level: 'warning' })
  }
}
