/** Counts deliveries by next hop and result, and how long they took. */
import type { DeliveryReport } from '../model/events.ts'
import type { Metric } from '../model/metric.ts'
import { type Histogram, histogram } from './count.ts'

/** Upper bounds of the histogram, in seconds. */
const BOUNDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
/** Next hops beyond this many share the label `other`: mail may be delivered to every host of the world. */
const MAX_HOPS = 50
const MAX_LENGTH = 100

interface HopCounts {
  readonly results: Record<DeliveryReport['result'], number>
  readonly times: Histogram
}

export class DeliveryCounts {
  readonly #hops = new Map<string, HopCounts>()

  add({ result, nextHop = '', ms }: DeliveryReport): void {
    const counts = this.#countsOf(nextHop.slice(0, MAX_LENGTH))
    counts.results[result] += 1
    if (ms !== undefined) counts.times.record(ms / 1000)
  }

  read(): readonly Metric[] {
    const hops = [...this.#hops]
    return [
      {
        name: 'postern_deliveries_total',
        help: 'Deliveries to recipients by next hop and result.',
        type: 'counter',
        samples: hops.flatMap(([nextHop, { results }]) =>
          Object.entries(results).map(([result, value]) => ({ labels: { next_hop: nextHop, result }, value })),
        ),
      },
      {
        name: 'postern_delivery_seconds',
        help: 'How long deliveries took, by next hop.',
        type: 'histogram',
        samples: hops.map(([nextHop, { times }]) => ({ labels: { next_hop: nextHop }, ...times.read() })),
      },
    ]
  }

  #countsOf(nextHop: string): HopCounts {
    const name = this.#hops.has(nextHop) || this.#hops.size < MAX_HOPS ? nextHop : 'other'
    const known = this.#hops.get(name)
    if (known !== undefined) return known
    const counts = {
      results: { delivered: 0, repeated: 0, deferred: 0, refused: 0, reported: 0 },
      times: histogram(BOUNDS),
    }
    this.#hops.set(name, counts)
    return counts
  }
}
