/** Counters and distributions that traffic can feed without end: the number of their labels is bounded. */
import type { Distribution, Sample } from '../model/metric.ts'

/** Names beyond this many share the label `other`. */
const MAX_NAMES = 500

export interface Tally {
  add(name: string, by?: number): void
  /** Names with their counts, in the order of their first appearance. */
  entries(): readonly (readonly [name: string, count: number])[]
}

export function tally(most = MAX_NAMES): Tally {
  const counts = new Map<string, { count: number }>()
  const placeOf = (name: string): { count: number } => {
    const key = counts.has(name) || counts.size < most ? name : 'other'
    const place = counts.get(key) ?? { count: 0 }
    counts.set(key, place)
    return place
  }
  return {
    add: (name, by = 1) => {
      const place = counts.get(name) ?? placeOf(name)
      place.count += by
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
      const place = bounds.findIndex(bound => value <= bound)
      if (place !== -1) counts[place] = (counts[place] ?? 0) + 1
    },
    read: () => {
      let below = 0
      const buckets = bounds.map((bound, place) => {
        below += counts[place] ?? 0
        return [bound, below] as const
      })
      return { buckets, sum, count }
    },
  }
}
