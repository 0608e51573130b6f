/** The live view of the console: points of the gateway and the newest recipients, as server-sent events. */
import type { HistoryEntry } from '../../history/types.ts'
import type { Clock } from '../../model/services.ts'
import { EventStream } from './event-stream.ts'
import type { ReadHistory } from './means.ts'
import type { LivePoint } from './point.ts'
import type { Sampler } from './sampler.ts'

/** What {@link LiveFeed} works with. */
export interface LiveFeedOptions {
  readonly sampler: Sampler
  readonly history: ReadHistory
  readonly clock: Clock
  /** How many may watch at once. @default 50 */
  readonly maxListeners?: number
  /** How many streams one person may have open. @default 6 */
  readonly maxOfOne?: number
}

/** Who watches. */
export interface Watcher {
  readonly name: string
  /** Only recipients of these domains are shown. @default all */
  readonly domains?: readonly string[]
}

/** The first event of a stream, `start`. */
interface LiveStart {
  /** The points of the last minutes, the oldest first. */
  readonly points: readonly LivePoint[]
  /** Whether metrics cannot be read now. */
  readonly isFailing: boolean
}

/** Recipients of the list. */
const MAX_ENTRIES = 25
/** Points between two readings of the history. */
const ENTRIES_EVERY = 2

interface Listener {
  readonly stream: EventStream
  readonly watcher: Watcher
}

/** Streams for all who watch. Events: `start`, then `point` for each point, and `entries` when they change. */
export class LiveFeed {
  readonly #options: LiveFeedOptions
  readonly #listeners = new Set<Listener>()
  readonly #stop: () => void
  /** What each group of watchers was sent last, by its domains. */
  readonly #lists = new Map<string, { readonly entries: readonly HistoryEntry[]; readonly mark: string }>()
  #points = 0
  #isReading = false
  #isClosed = false

  constructor(options: LiveFeedOptions) {
    this.#options = options
    this.#stop = options.sampler.onPoint(point => this.#send(point))
  }

  /** Begins a stream. @returns undefined when too many watch already, and after the end */
  open(watcher: Watcher): ReadableStream<Uint8Array> | undefined {
    const { sampler, clock, maxListeners = 50, maxOfOne = 6 } = this.#options
    const own = [...this.#listeners].filter(other => other.watcher.name === watcher.name).length
    if (this.#isClosed || this.#listeners.size >= maxListeners || own >= maxOfOne) return undefined
    const unwatch = sampler.watch()
    const stream = new EventStream({
      clock,
      onEnd: () => {
        unwatch()
        this.#listeners.delete(listener)
      },
    })
    const listener: Listener = { stream, watcher }
    this.#listeners.add(listener)
    const start: LiveStart = { points: sampler.points, isFailing: sampler.isFailing }
    stream.send('start', start)
    const known = this.#lists.get(groupOf(watcher))
    if (known !== undefined) stream.send('entries', known.entries)
    else void this.#readEntries()
    return stream.body
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true
    this.#stop()
    for (const { stream } of [...this.#listeners]) stream.end()
  }

  #send(point: LivePoint): void {
    this.#points += 1
    for (const { stream } of [...this.#listeners]) stream.send('point', point)
    if (this.#points % ENTRIES_EVERY === 0) void this.#readEntries()
  }

  /** One search for each group of domains. Never rejects. */
  async #readEntries(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      const groups = Map.groupBy(this.#listeners, ({ watcher }) => groupOf(watcher))
      for (const group of this.#lists.keys()) if (!groups.has(group)) this.#lists.delete(group)
      for (const [group, listeners] of groups) await this.#readGroup(group, listeners)
    } catch {
      // The history says by itself that it cannot be read; the next point tries again.
    } finally {
      this.#isReading = false
    }
  }

  async #readGroup(group: string, listeners: readonly Listener[]): Promise<void> {
    const domains = listeners[0]?.watcher.domains
    const { entries } = await this.#options.history.search({ limit: MAX_ENTRIES, ...(domains && { domains }) })
    const mark = JSON.stringify(
      entries.map(({ ref, transaction, recipient, delivery }) => [ref, transaction, recipient, delivery]),
    )
    const known = this.#lists.get(group)
    if (known?.mark === mark) return
    this.#lists.set(group, { entries, mark })
    for (const { stream } of listeners) stream.send('entries', entries)
  }
}

const groupOf = ({ domains }: Watcher): string => (domains === undefined ? 'all' : JSON.stringify(domains.toSorted()))
