/** How much counters have grown between two snapshots of metrics, whatever workers come and go. */
import type { Metric, Sample } from '../../model/metric.ts'

type Labels = Readonly<Record<string, string>>

/** What one counter has gained since the snapshot before. */
interface Gain {
  readonly labels: Labels
  readonly by: number
}

/** Series that are remembered; those that were not seen for the longest time are forgotten first. */
const MAX_SERIES = 20_000
/** Workers that are remembered, in the same way. */
const MAX_SOURCES = 1_000

/** What all counters have gained between two snapshots. A distribution has the counters `NAME_sum` and `NAME_count`. */
export class Growth {
  readonly #gains: ReadonlyMap<string, readonly Gain[]>

  constructor(gains: ReadonlyMap<string, readonly Gain[]>) {
    this.#gains = gains
  }

  /** The sum over all series of a counter, or over those whose labels fit. */
  of(name: string, fits: (labels: Labels) => boolean = () => true): number {
    return (this.#gains.get(name) ?? []).reduce((sum, { labels, by }) => (fits(labels) ? sum + by : sum), 0)
  }

  /** Whether there is such a series, even if it has gained nothing. */
  has(name: string, fits: (labels: Labels) => boolean): boolean {
    return (this.#gains.get(name) ?? []).some(({ labels }) => fits(labels))
  }
}

/** Remembers the last value of each counter. */
export class Counters {
  readonly #last = new Map<string, number>()
  readonly #sources = new Set<string>()

  /**
   * Takes a snapshot. A counter that fell began anew. A worker that was not asked before, or that did not answer for
   * some snapshots, adds nothing that it had counted before.
   */
  next(metrics: readonly Metric[]): Growth {
    const gains = new Map<string, Gain[]>()
    const seen = new Set<string>()
    for (const { name, labels, value } of countersIn(metrics)) {
      const source = `${name} ${labels.worker ?? ''}`
      const by = this.#gained(`${name} ${JSON.stringify(labels)}`, source, value)
      seen.add(source)
      const known = gains.get(name)
      if (known === undefined) gains.set(name, [{ labels, by }])
      else known.push({ labels, by })
    }
    for (const source of seen) remember(this.#sources, source)
    trim(this.#last, MAX_SERIES)
    trim(this.#sources, MAX_SOURCES)
    return new Growth(gains)
  }

  #gained(key: string, source: string, value: number): number {
    const before = this.#last.get(key)
    // Deleted first, so that the order of the map is the order of the last sight.
    this.#last.delete(key)
    this.#last.set(key, value)
    if (before === undefined) return this.#sources.has(source) ? value : 0
    return value >= before ? value - before : value
  }
}

function remember(sources: Set<string>, source: string): void {
  sources.delete(source)
  sources.add(source)
}

function trim(kept: { readonly size: number; keys(): Iterable<string>; delete(key: string): boolean }, max: number) {
  for (const key of kept.keys()) {
    if (kept.size <= max) return
    kept.delete(key)
  }
}

interface Value {
  readonly name: string
  readonly labels: Labels
  readonly value: number
}

function* countersIn(metrics: readonly Metric[]): Generator<Value> {
  for (const metric of metrics) {
    const { name } = metric
    if (metric.type === 'counter') {
      for (const { labels = {}, value } of metric.samples) if (Number.isFinite(value)) yield { name, labels, value }
    } else if (metric.type === 'histogram') {
      for (const { labels = {}, sum, count } of metric.samples) {
        yield { name: `${name}_sum`, labels, value: sum }
        yield { name: `${name}_count`, labels, value: count }
      }
    }
  }
}

/** The values of a gauge. */
export const gaugeOf = (metrics: readonly Metric[], name: string): readonly Sample[] =>
  metrics.flatMap(metric => (metric.name === name && metric.type === 'gauge' ? metric.samples : []))
