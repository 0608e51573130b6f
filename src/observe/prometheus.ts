/** Metrics as text, in the exposition format 0.0.4 of Prometheus. */
import type { Metric } from '../model/metric.ts'

/** The `Content-Type` of {@link prometheus}. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Labels = Readonly<Record<string, string>>

/**
 * Metrics as text, one line for each value.
 *
 * @example
 * response.setHeader('Content-Type', PROMETHEUS_TYPE)
 * response.end(prometheus(gateway.metrics()))
 */
export const prometheus = (metrics: readonly Metric[]): string =>
  metrics.map(metric => [head(metric), ...lines(metric).map(line => `${line}\n`)].join('')).join('')

const head = ({ name, help, type }: Metric): string =>
  `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`

function lines(metric: Metric): readonly string[] {
  const { name } = metric
  if (metric.type !== 'histogram') return metric.samples.map(({ labels, value }) => row(name, labels, value))
  return metric.samples.flatMap(({ labels, buckets, sum, count }) => [
    ...buckets.map(([upTo, below]) => row(`${name}_bucket`, { ...labels, le: String(upTo) }, below)),
    row(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    row(`${name}_sum`, labels, sum),
    row(`${name}_count`, labels, count),
  ])
}

const row = (name: string, labels: Labels = {}, value: number): string => {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${written.length > 0 ? `{${written.join(',')}}` : ''} ${number(value)}`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const number = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
