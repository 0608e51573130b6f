/** What a quarantine has done, for metrics. */
import type { Metric } from '../model/metric.ts'
import type { HeldKind, HeldUsage } from './types.ts'

type What = 'held' | 'released' | 'deleted' | 'removed' | 'refused'

const HELP: Readonly<Record<What, string>> = {
  held: 'Messages that were put into the quarantine.',
  released: 'Messages that were released to a recipient.',
  deleted: 'Messages that were deleted for a recipient.',
  removed: 'Messages that were removed because they had expired or were done.',
  refused: 'Messages that found no room in the quarantine.',
}

export class HeldCounts {
  readonly #counts = new Map<What, Map<string, number>>()
  #usage: (HeldUsage & { readonly max: number }) | undefined

  add(what: What, kind?: HeldKind): void {
    const kinds = this.#counts.get(what) ?? new Map<string, number>()
    this.#counts.set(what, kinds)
    kinds.set(kind ?? '', (kinds.get(kind ?? '') ?? 0) + 1)
  }

  /** So much is held now, of at most `max` bytes. */
  used(usage: HeldUsage, max: number): void {
    this.#usage = { ...usage, max }
  }

  metrics(): readonly Metric[] {
    return [...this.#counters(), ...this.#gauges()]
  }

  #gauges(): readonly Metric[] {
    if (this.#usage === undefined) return []
    const { messages, bytes, max } = this.#usage
    const gauge = (name: string, help: string, value: number): Metric => ({
      name: `postern_quarantine_${name}`,
      type: 'gauge',
      help,
      samples: [{ value }],
    })
    return [
      gauge('messages', 'Messages that are kept in the quarantine.', messages),
      gauge('bytes', 'Bytes of them.', bytes),
      gauge('max_bytes', 'Bytes that they may take.', max),
    ]
  }

  #counters(): readonly Metric[] {
    return (Object.keys(HELP) as What[]).map(what => ({
      name: `postern_quarantine_${what}_total`,
      type: 'counter',
      help: HELP[what],
      samples: [...(this.#counts.get(what) ?? new Map([['', 0]]))].map(([kind, value]) =>
        kind === '' ? { value } : { labels: { kind }, value },
      ),
    }))
  }
}
