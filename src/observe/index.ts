/** Metrics: what a gateway has counted, and the text that Prometheus reads. */

export type { Distribution, Metric, Plain, Sample } from '../model/metric.ts'
export { PROMETHEUS_TYPE, prometheus } from './prometheus.ts'
