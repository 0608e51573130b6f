/** Counts what the delivery does, as metrics. */
import type { Metric } from '../../model/metric.ts'
import type { RecipientCheck } from './recipient-check.ts'
import { CachedSource } from './recipients/cached.ts'
import type { Routes } from './routes.ts'

export class DeliveryCounts {
  reports = 0
  readonly #results = { delivered: 0, deferred: 0, refused: 0, repeated: 0 }

  add(result: 'delivered' | 'deferred' | 'refused', isRepeated: boolean): void {
    this.#results[isRepeated ? 'repeated' : result] += 1
  }

  metrics(routes: Routes, recipients: RecipientCheck['counts']): readonly Metric[] {
    const hosts = routes.hopTargets.flatMap(({ hop }) => hop.hosts)
    const sources = routes.all.flatMap(({ recipients: source }) => (source instanceof CachedSource ? [source] : []))
    const byHost = (value: (host: (typeof hosts)[number]) => number) =>
      hosts.map(host => ({ labels: { host: host.settings.address.text }, value: value(host) }))
    return [
      {
        name: 'postern_delivery_recipients_total',
        help: 'Recipients of deliveries, by what became of them.',
        type: 'counter',
        samples: byLabel('result', this.#results),
      },
      {
        name: 'postern_delivery_reports_total',
        help: 'Recipients that were reported to the sender as refused.',
        type: 'counter',
        samples: [{ value: this.reports }],
      },
      {
        name: 'postern_next_hop_up',
        help: '1 while a host takes connections, 0 while it is left alone after failures.',
        type: 'gauge',
        samples: byHost(({ health }) => (health.isAway ? 0 : 1)),
      },
      {
        name: 'postern_next_hop_connections',
        help: 'Open connections to a host, idle ones too.',
        type: 'gauge',
        samples: byHost(({ connections }) => connections),
      },
      {
        name: 'postern_recipient_checks_total',
        help: 'Recipients at RCPT, by what their source said.',
        type: 'counter',
        samples: byLabel('result', recipients),
      },
      {
        name: 'postern_recipient_questions_total',
        help: 'Questions about recipients, by where the answer came from.',
        type: 'counter',
        samples: (['cached', 'asked'] as const).map(from => ({
          labels: { from },
          value: sources.reduce((sum, { counts }) => sum + counts[from], 0),
        })),
      },
    ]
  }
}

const byLabel = (label: string, counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }))
