/** The page of the metrics: names, types and helps are those of the source. */
import { page, table } from './markdown.ts'
import { sourceOf, sourcesIn } from './source.ts'

/** A metric as the source declares it. */
export interface KnownMetric {
  readonly name: string
  readonly help: string
  readonly file: string
}

/** A sentence as a text of the source. */
const HELP = /[(,:\s](?:'([^'\\\n]*\s[^'\\\n]*\.)'|`([^`\\\n]*\s[^`\\\n]*\.)`)/

/** What only reads metrics. */
const READERS = /^src\/(?:console\/|doctor\/|alerts\/(?!alerts\.ts))|summary-job|haraka\/plugin/

/** The metrics that the source declares: a name, with its help beside it. */
export function knownMetrics(): readonly KnownMetric[] {
  const files = sourcesIn('src').filter(file => !READERS.test(file))
  const found = files.flatMap(file => {
    const text = sourceOf(file)
    return Array.from(text.matchAll(/'(postern_[a-z_]+)'/g), ({ 1: name = '', index }) => {
      const said = HELP.exec(text.slice(index, index + 300))
      const help = said?.[1] ?? said?.[2] ?? ''
      return { name, help: help.replaceAll(/\$\{[^}]*\}/g, 'the forecast'), file }
    })
  })
  found.push(...files.flatMap(familyIn))
  const declared = found.filter(({ help }) => help !== '')
  return [...new Map(declared.toReversed().map(metric => [metric.name, metric])).values()].toReversed()
}

/** Metrics whose names are put together: `postern_history_${name}`, with calls or a table of helps beside it. */
function familyIn(file: string): readonly KnownMetric[] {
  const text = sourceOf(file)
  return Array.from(text.matchAll(/name: `(postern_\w+)\$\{(\w+)\}(\w*)`/g)).flatMap(([, prefix, key, suffix]) => {
    const entries =
      key === 'name' ? /\b(?:gauge|metric|counter)\('(\w+)',(?: '\w+',)? '([^'\n]+)'/g : /^ {2}(\w+): '([^'\n]+)'/gm
    return Array.from(text.matchAll(entries), ([, name = '', help = '']) => ({
      name: `${prefix}${name}${suffix}`,
      help,
      file,
    }))
  })
}

/** The labels of each metric, and the group of the page. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Sessions and decisions': {
    postern_sessions_total: '',
    postern_sessions: '',
    postern_session_seconds: '',
    postern_decisions_total: '`stage`, `verdict`, `dryRun`',
    postern_findings_total: '`rule`',
    postern_early_refusals_total: '',
    postern_notices_total: '`code`',
    postern_filter_cpu_seconds_total: '`filter`',
    postern_filter_wait_seconds_total: '`filter`',
  },
  'DNS and stores': {
    postern_dns_questions_total: '`result`',
    postern_dns_cached_total: '',
    postern_dns_seconds: '',
    postern_store_up: '',
    postern_store_keys: '',
    postern_store_bytes: '',
  },
  'Load control': {
    postern_load: '',
    postern_load_level: '',
    postern_load_slowdown: '',
    postern_load_part: '`part`',
    postern_admission_limit: '',
    postern_admission_sessions: '`priority`',
    postern_admission_waiting: '`priority`',
    postern_admitted_total: '`priority`',
    postern_turned_away_total: '`priority`',
    postern_recently_refused: '',
    postern_recently_refused_closed_total: '',
  },
  Filters: {
    postern_classify_examples: '`label`',
    postern_classify_verdicts_total: '`verdict`',
    postern_classify_grade: '',
    postern_classify_drift_alarms_total: '',
    postern_classify_unsent_examples: '',
    postern_opinion_total: '`result`',
  },
  Log: {
    postern_log_queue: '`sink`',
    postern_log_written_total: '`sink`',
    postern_log_dropped_total: '`sink`',
  },
  Delivery: {
    postern_deliveries_total: '`next_hop`, `result`',
    postern_delivery_seconds: '`next_hop`',
    postern_delivery_recipients_total: '`result`',
    postern_delivery_reports_total: '',
    postern_next_hop_up: '`host`',
    postern_next_hop_connections: '`host`',
    postern_recipient_checks_total: '`result`',
    postern_recipient_questions_total: '`from`',
  },
  'History, quarantine and digests': {
    postern_history_events_total: '',
    postern_history_written_total: '',
    postern_history_waited_total: '',
    postern_history_dropped_total: '',
    postern_history_unwritable_total: '',
    postern_history_queue_bytes: '',
    postern_quarantine_messages: '',
    postern_quarantine_bytes: '',
    postern_quarantine_max_bytes: '',
    postern_quarantine_held_total: '`kind`',
    postern_quarantine_released_total: '',
    postern_quarantine_deleted_total: '',
    postern_quarantine_removed_total: '',
    postern_quarantine_refused_total: '',
    postern_digests_sent_total: '',
    postern_digests_failed_total: '',
    postern_reports_sent_total: '`result`',
    postern_reports_received_total: '`kind`',
  },
  'The gateway program': {
    postern_workers: '',
    postern_worker_restarts_total: '',
    postern_management_up: '',
    postern_management_job_up: '`job`',
    postern_management_restarts_total: '',
    postern_management_notices_dropped_total: '',
    postern_process_resident_memory_bytes: '`worker`',
    postern_process_heap_used_bytes: '`worker`',
    postern_doctor_checks: '`status`',
    postern_doctor_check: '`check`',
    postern_alert: '`name`',
    postern_alert_messages_total: '`channel`, `result`',
    postern_alert_queue: '',
    postern_alert_dropped_total: '',
    postern_arrivals_total: '',
    postern_forecast_arrivals: '`ahead`, `bound`',
    postern_forecast_peak: '',
    postern_forecast_peak_seconds: '',
    postern_forecast_anomaly: '',
    postern_forecast_unusual: '',
  },
}

/** The content of docs/reference/metrics.md. */
export function metricsPage(): string {
  const known = new Map(knownMetrics().map(metric => [metric.name, metric]))
  const named = new Set(Object.values(GROUPS).flatMap(group => Object.keys(group)))
  const missing = [...known.values()].filter(({ name }) => !named.has(name))
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ')
    throw new Error(`scripts/reference/metrics-page.ts lacks ${names}; add each to a group, with its labels`)
  }
  return page(
    '# Metrics',
    `\`gateway.metrics()\` returns what a gateway has counted, and \`prometheus()\` of \`postern/metrics\` writes it as text
    of version 0.0.4. The gateway program serves it at \`/metrics\`, where the
    option \`metrics\` of its [configuration](configuration.md) names an address; there each sample of a worker has the
    label \`worker\`. Names that end with \`_total\` are counters and names that end with \`_seconds\` are
    histograms, except \`postern_forecast_peak_seconds\`; all others are gauges. A process counts from its start.`,
    `Traffic chooses some labels. Beyond 500 values of a label, and 50 next hops, the rest share the value \`other\`. The
    page is made from the code by \`npm run reference\`. [Alerts](../guides/alerts.md) has rules over these metrics, and
    autoscalers read \`postern_load\` ([scaling out](../guides/under-load.md)).`,
    ...Object.entries(GROUPS).flatMap(([title, names]) => [
      `## ${title}`,
      table(
        ['metric', 'labels', 'what it is'],
        Object.entries(names).map(([name, labels]) => [`\`${name}\``, labels, helpOf(known, name)]),
      ),
    ]),
  )
}

function helpOf(known: ReadonlyMap<string, KnownMetric>, name: string): string {
  const help = known.get(name)?.help
  if (!help)
    throw new Error(`the source has no help of ${name}; expected a metric that scripts/reference/metrics-page.ts names`)
  return help
}
