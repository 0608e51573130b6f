/**
 * Takes snapshots of the metrics and makes points of them: one a second while people watch, one in ten seconds
 * otherwise, so that the view begins with the last minutes. Keeps a bounded ring.
 */
import type { Metric } from '../../model/metric.ts'
import { type Clock, emitWarning, type Notify } from '../../model/services.ts'
import { Counters } from './growth.ts'
import type { MeasuredMeans } from './means.ts'
import { type LivePoint, pointOf } from './point.ts'

/** What {@link Sampler} works with. */
export interface SamplerOptions {
  /** The metrics of this node. */
  readonly metrics: () => readonly Metric[] | Promise<readonly Metric[]>
  readonly means: MeasuredMeans
  readonly clock: Clock
  /** Called when metrics fail, and when they come again. @default warnings of the process */
  readonly notify?: Notify
}

const WATCHED_MS = 1_000
const UNWATCHED_MS = 10_000
/** Metrics that come later are not waited for. */
const TIMEOUT_MS = 5_000
/** Points of the ring: ten minutes that are watched. */
const MAX_POINTS = 600

/** Where points come from. */
export class Sampler {
  readonly #options: SamplerOptions
  readonly #counters = new Counters()
  readonly #points: LivePoint[] = []
  readonly #listeners = new Set<(point: LivePoint) => void>()
  #watchers = 0
  #sampledAt: number | undefined
  #cancel: () => void = () => undefined
  #isSampling = false
  #isFailing = false
  #isClosed = false

  constructor(options: SamplerOptions) {
    this.#options = options
    this.#schedule(0)
  }

  /** The newest points, the oldest first. */
  get points(): readonly LivePoint[] {
    return this.#points
  }

  /** Whether the last snapshot failed. */
  get isFailing(): boolean {
    return this.#isFailing
  }

  /** Calls back with every new point. @returns a function that ends it */
  onPoint(listener: (point: LivePoint) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Somebody watches: one point a second. @returns a function that ends it */
  watch(): () => void {
    this.#watchers += 1
    if (this.#watchers === 1) this.#schedule(WATCHED_MS)
    let isWatching = true
    return () => {
      if (isWatching) this.#watchers -= 1
      isWatching = false
    }
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
    this.#listeners.clear()
  }

  #schedule(ms: number): void {
    this.#cancel()
    if (!this.#isClosed) this.#cancel = this.#options.clock.after(ms, () => void this.#sample())
  }

  async #sample(): Promise<void> {
    // The snapshot that is being taken schedules the next one.
    if (this.#isSampling) return
    this.#isSampling = true
    try {
      this.#take(await this.#snapshot())
      this.#report(undefined)
    } catch (error) {
      this.#report(error)
    } finally {
      this.#isSampling = false
      this.#schedule(this.#watchers > 0 ? WATCHED_MS : UNWATCHED_MS)
    }
  }

  async #snapshot(): Promise<readonly Metric[]> {
    const { metrics, clock } = this.#options
    const late = Promise.withResolvers<never>()
    const cancel = clock.after(TIMEOUT_MS, () => late.reject(new Error(`they did not come within ${TIMEOUT_MS} ms`)))
    try {
      return await Promise.race([metrics(), late.promise])
    } finally {
      cancel()
    }
  }

  #take(metrics: readonly Metric[]): void {
    const { clock, means } = this.#options
    const at = clock.monotonic()
    const growth = this.#counters.next(metrics)
    const seconds = this.#sampledAt === undefined ? 0 : (at - this.#sampledAt) / 1000
    this.#sampledAt = at
    void means.refresh()
    // The first snapshot shows only where counters begin.
    if (seconds <= 0) return
    const point = pointOf(growth, metrics, { time: clock.now(), seconds, means: means.now })
    this.#points.push(point)
    if (this.#points.length > MAX_POINTS) this.#points.shift()
    for (const listener of this.#listeners) listener(point)
  }

  #report(error: unknown): void {
    const isFailing = error !== undefined
    if (isFailing === this.#isFailing) return
    this.#isFailing = isFailing
    const { notify = emitWarning } = this.#options
    if (!isFailing) notify({ code: 'console/metrics', reason: 'metrics are read again', level: 'info' })
    else {
      const words = error instanceof Error ? error.message : String(error)
      notify({ code: 'console/no-metrics', reason: `the live view has no metrics: ${words}`, level: 'warning' })
    }
  }
}
