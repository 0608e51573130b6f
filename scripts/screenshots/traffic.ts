/** Counters of a gateway over two days, for the pictures of Live and Load: busy by day, with a flood in the evening. */
import type { Metric, Sample } from '../../src/model/metric.ts'

const HOPS = ['mailstore.example.com:25', 'mailstore.example.org:25']
const SHARES = { accept: 0.55, quarantine: 0.03, defer: 0.04, discard: 0.005, reject: 0.375 } as const

/** What has been counted until a time. */
export class Traffic {
  readonly #end: number
  #time: number
  #sessions = 0
  #state = 11

  constructor(begin: number, end: number) {
    this.#time = begin
    this.#end = end
  }

  at(now: number): readonly Metric[] {
    const seconds = Math.max(0, (now - this.#time) / 1_000)
    this.#time = now
    const rate = this.#rate(now)
    this.#sessions += rate * seconds
    const load = Math.min(0.95, 0.1 + rate / 360)
    const delivered = this.#sessions * 0.55
    return [
      counter('postern_sessions_total', [{ value: Math.round(this.#sessions) }]),
      gauge('postern_sessions', [{ value: Math.round(rate * 2.3) }]),
      counter(
        'postern_decisions_total',
        Object.entries(SHARES).flatMap(([verdict, share]) => [
          { labels: { stage: 'message', verdict }, value: Math.round(this.#sessions * share * 0.7) },
          { labels: { stage: 'rcpt', verdict }, value: Math.round(this.#sessions * share * 0.18) },
          { labels: { stage: 'connect', verdict }, value: Math.round(this.#sessions * share * 0.12) },
        ]),
      ),
      counter('postern_recently_refused_closed_total', [{ value: Math.round(this.#sessions * 0.08) }]),
      gauge('postern_load', [{ value: load }]),
      gauge('postern_load_level', [{ value: load > 0.8 ? 2 : load > 0.6 ? 1 : 0 }]),
      gauge('postern_load_part', [
        { labels: { part: 'loop' }, value: load },
        { labels: { part: 'sessions' }, value: load * 0.7 },
        { labels: { part: 'dns' }, value: load * 0.45 },
        { labels: { part: 'clamav' }, value: load * 0.6 },
      ]),
      counter('postern_filter_wait_seconds_total', [{ labels: { filter: 'clamav' }, value: delivered * 0.02 }]),
      gauge(
        'postern_next_hop_up',
        HOPS.map(hop => ({ labels: { next_hop: hop }, value: 1 })),
      ),
      counter(
        'postern_deliveries_total',
        HOPS.flatMap((hop, index) => [
          { labels: { next_hop: hop, result: 'delivered' }, value: Math.round(delivered * (index === 0 ? 0.8 : 0.2)) },
          { labels: { next_hop: hop, result: 'deferred' }, value: Math.round(delivered * 0.004) },
        ]),
      ),
      {
        ...{ name: 'postern_delivery_seconds', type: 'histogram', help: 'The time of deliveries.' },
        samples: HOPS.map((hop, index) => {
          const count = Math.round(delivered * (index === 0 ? 0.8 : 0.2))
          return { labels: { next_hop: hop }, buckets: [], sum: count * (0.04 + index * 0.03), count }
        }),
      },
    ]
  }

  /** Sessions a second. */
  #rate(now: number): number {
    const hour = (now / 3_600_000) % 24
    const day = 6 + 14 * Math.exp(-((hour - 11) ** 2) / 18) + 7 * Math.exp(-((hour - 16) ** 2) / 8)
    const ago = (this.#end - now) / 60_000
    const flood = ago > 150 && ago < 190 ? 26 : 0
    this.#state = (this.#state * 1_103_515_245 + 12_345) % 2_147_483_648
    return 6 * (day + flood) * (0.96 + 0.08 * (this.#state / 2_147_483_648))
  }
}

const counter = (name: string, samples: readonly Sample[]): Metric => ({ name, type: 'counter', help: name, samples })
const gauge = (name: string, samples: readonly Sample[]): Metric => ({ name, type: 'gauge', help: name, samples })
