/** Counters and histograms. Traffic chooses their labels, so the number of labels is bounded. */
import type { Distribution, Sample } from '../model/metric.ts'

/** Names beyond this many share the label `other`. */
const MAX_NAMES = 500

export interface Tally {
  add(name: string, by?: number): void
  /** Names with their counts, in the order of their first appearance. */
  entries(): readonly (readonly [name: string, count: number])[]
}

export function tally(max = MAX_NAMES): Tally {
  const counts = new Map<string, { count: number }>()
  const counterOf = (name: string): { count: number } => {
    const key = counts.has(name) || counts.size < max ? name : 'other'
    const counter = counts.get(key) ?? { count: 0 }
    counts.set(key, counter)
    return counter
  }
  return {
    add: (name, by = 1) => {
      const counter = counts.get(name) ?? counterOf(name)
      counter.count += by
    },
    entries: () => Array.from(counts, ([name, { count }]) => [name, count] as const),
  }
}

/** The counts of a tally as samples with one label. */
export const samplesOf = (label: string, counts: Tally): readonly Sample[] =>
  counts.entries().map(([name, value]) => ({ labels: { [label]: name }, value }))

export interface Histogram {
  record(value: number): void
  read(): Omit<Distribution['samples'][number], 'labels'>
}

/** @param bounds ascending */
export function histogram(bounds: readonly number[]): Histogram {
  const counts = new Float64Array(bounds.length)
  let [sum, count] = [0, 0]
  return {
    record: value => {
      sum += value
      count += 1
      const index = bounds.findIndex(bound => value <= bound)
      if (index !== -1) counts[index] = (counts[index] ?? 0) + 1
    },
    read: () => {
      let below = 0
      const buckets = bounds.map((bound, index) => {
        below += counts[index] ?? 0
        return [bound, below] as const
      })
      return { buckets, sum, count }
    },
  }
}
