/** How much counters have grown lately: a counter that a new process begins anew has grown by what it shows. */
import type { Metric } from '../model/metric.ts'

type Labels = Readonly<Record<string, string>>

interface Series {
  readonly name: string
  readonly labels: Labels
  last: number
  /** Growth between the last two looks. */
  step: number
  /** All that it has grown since this process began. */
  total: number
}

/** How long growth can be looked back at, with one entry for each minute. */
const KEPT_MS = 16 * 60_000
const EVERY_MS = 55_000
/** Series beyond this many are not counted; labels are bounded where they are made. */
const MAX_SERIES = 2_000

export class Counters {
  readonly #watched: ReadonlySet<string>
  readonly #series = new Map<string, Series>()
  /** The totals of the last minutes, the oldest first. */
  readonly #past: { readonly at: number; readonly totals: ReadonlyMap<string, number> }[] = []
  readonly #began: number

  /** @param watched the names of the counters that rules ask about */
  constructor(watched: Iterable<string>, now: number) {
    this.#watched = new Set(watched)
    this.#began = now
  }

  /** Takes all metrics of this moment. */
  take(metrics: readonly Metric[], now: number): void {
    const isFirst = this.#series.size === 0
    for (const series of this.#series.values()) series.step = 0
    for (const metric of metrics) {
      if (metric.type !== 'counter' || !this.#watched.has(metric.name)) continue
      for (const { labels = {}, value } of metric.samples) this.#count(metric.name, labels, value, isFirst)
    }
    const newest = this.#past.at(-1)
    if (newest !== undefined && now - newest.at < EVERY_MS) return
    this.#past.push({ at: now, totals: new Map(Array.from(this.#series, ([key, { total }]) => [key, total])) })
    while (now - (this.#past[0]?.at ?? now) > KEPT_MS) this.#past.shift()
  }

  /**
   * How much the counter has grown within the last `within` milliseconds, by a key that is made of the labels; less
   * where this process has not run for so long.
   */
  growth(
    name: string,
    within: number,
    now: number,
    keyOf: (labels: Labels) => string | undefined,
  ): Map<string, number> {
    const from = this.#past.findLast(({ at }) => now - at >= within) ?? this.#past[0]
    const sums = new Map<string, number>()
    for (const [key, series] of this.#series) {
      if (series.name !== name) continue
      const group = keyOf(series.labels)
      if (group === undefined) continue
      sums.set(group, (sums.get(group) ?? 0) + series.total - (from?.totals.get(key) ?? 0))
    }
    return sums
  }

  /** By how much it has grown between the last two looks. */
  step(name: string, isMeant: (labels: Labels) => boolean = () => true): number {
    let sum = 0
    for (const series of this.#series.values()) if (series.name === name && isMeant(series.labels)) sum += series.step
    return sum
  }

  /** Whether this process has counted for so long. */
  hasRunFor(ms: number, now: number): boolean {
    return now - this.#began >= ms
  }

  #count(name: string, labels: Labels, value: number, isFirst: boolean): void {
    if (!Number.isFinite(value)) return
    const key = `${name} ${JSON.stringify(labels)}`
    const known = this.#series.get(key)
    if (known === undefined) {
      // What stood there before this process began is not new.
      const step = isFirst ? 0 : value
      if (this.#series.size < MAX_SERIES) this.#series.set(key, { name, labels, last: value, step, total: step })
      return
    }
    known.step = value >= known.last ? value - known.last : value
    known.total += known.step
    known.last = value
  }
}
