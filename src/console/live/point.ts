/** One point of the live view: what the gateway did between two snapshots of its metrics. */
import type { Verdict } from '../../model/finding.ts'
import type { Level } from '../../model/load.ts'
import type { Metric } from '../../model/metric.ts'
import { type Growth, gaugeOf } from './growth.ts'
import { type Means, type Saved, savedIn } from './saved.ts'

/** A next hop in one interval. Rates are recipients a second. */
interface NextHopPoint {
  /** `mail.example.org:25`, or a folder. */
  readonly name: string
  /** Whether deliveries are tried; null where the metrics do not say. */
  readonly up: boolean | null
  /** Delivered, also by an earlier try. */
  readonly delivered: number
  /** Deferred. */
  readonly deferred: number
  /** Refused. */
  readonly refused: number
  /** The mean time of a delivery, in milliseconds; null where there was none. */
  readonly ms: number | null
}

/** What happened in one interval. Rates are per second. */
export interface LivePoint {
  /** The end of the interval, in milliseconds since 1970. */
  readonly time: number
  /** Its length. */
  readonly seconds: number
  /** Sessions that are open now, and those opened each second. */
  readonly sessions: { readonly open: number; readonly opened: number }
  /** Decisions a second: `accept`, `quarantine` and `discard` of messages, `defer` and `reject` at any stage. */
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Of `defer` and `reject`: clients that got no further than their greeting. No mail is known of them. */
  readonly early: { readonly defer: number; readonly reject: number }
  /** The load of the process that is most loaded. */
  readonly load: { readonly value: number; readonly level: Level; readonly parts: Readonly<Record<string, number>> }
  /** At most {@link MAX_HOPS}: those that are down or busiest first. */
  readonly nextHops: readonly NextHopPoint[]
  /** What was not spent, because mail was refused early. */
  readonly saved: Saved
}

/** Next hops of a point. */
const MAX_HOPS = 12

const LEVELS: readonly Level[] = ['green', 'amber', 'red']

/** Joins what has grown with what is now. @param seconds the length of the interval, above 0 */
export function pointOf(
  growth: Growth,
  metrics: readonly Metric[],
  { time, seconds, means }: { readonly time: number; readonly seconds: number; readonly means: Means },
): LivePoint {
  const rate = (count: number): number => rounded(count / seconds)
  const verdict = (name: Verdict): number => rate(growth.of('postern_decisions_total', l => counts(l, name)))
  const early = (name: Verdict): number =>
    rate(growth.of('postern_decisions_total', ({ stage, verdict: v }) => v === name && isEarly(stage)))
  return {
    time,
    seconds: rounded(seconds),
    sessions: { open: sumOf(metrics, 'postern_sessions'), opened: rate(growth.of('postern_sessions_total')) },
    verdicts: {
      accept: verdict('accept'),
      quarantine: verdict('quarantine'),
      defer: verdict('defer'),
      discard: verdict('discard'),
      reject: verdict('reject'),
    },
    early: { defer: early('defer'), reject: early('reject') },
    load: {
      value: rounded(maxOf(metrics, 'postern_load')),
      level: LEVELS[maxOf(metrics, 'postern_load_level')] ?? 'green',
      parts: partsOf(metrics),
    },
    nextHops: nextHopsOf(growth, metrics, rate),
    saved: savedIn(growth, means, rate),
  }
}

/** Whether a decision is the last word: acceptance and quarantine come with the message, a refusal ends a stage. */
const counts = ({ stage, verdict }: Readonly<Record<string, string>>, name: Verdict): boolean =>
  verdict === name && (stage === 'message' || (name !== 'accept' && name !== 'quarantine'))

const isEarly = (stage: string | undefined): boolean => stage === 'connect' || stage === 'helo'

function nextHopsOf(growth: Growth, metrics: readonly Metric[], rate: (count: number) => number) {
  const up = new Map<string, boolean>()
  for (const { labels = {}, value } of gaugeOf(metrics, 'postern_next_hop_up')) {
    const name = hopOf(labels)
    // Each worker decides for itself whether a next hop is down.
    if (name !== undefined) up.set(name, (up.get(name) ?? true) && value > 0)
  }
  const results = metrics.find(({ name }) => name === 'postern_deliveries_total')?.samples ?? []
  const names = new Set([...up.keys(), ...results.flatMap(({ labels = {} }) => hopOf(labels) ?? [])])
  const points = Array.from(names, (name): NextHopPoint => {
    const isOf = (labels: Readonly<Record<string, string>>): boolean => hopOf(labels) === name
    const count = growth.of('postern_delivery_seconds_count', isOf)
    const ms = count > 0 ? (growth.of('postern_delivery_seconds_sum', isOf) / count) * 1000 : null
    const of = (...kinds: readonly string[]): number =>
      rate(growth.of('postern_deliveries_total', labels => isOf(labels) && kinds.includes(labels.result ?? '')))
    return {
      name,
      up: up.get(name) ?? null,
      delivered: of('delivered', 'repeated'),
      deferred: of('deferred'),
      refused: of('refused', 'reported'),
      ms: ms === null ? null : rounded(ms),
    }
  })
  return points.toSorted((a, b) => urgency(b) - urgency(a)).slice(0, MAX_HOPS)
}

const hopOf = ({ next_hop: name, host }: Readonly<Record<string, string>>): string | undefined => name ?? host

/** What is down comes first, then what fails, then what is busy. */
const urgency = ({ up, delivered, deferred, refused }: NextHopPoint): number =>
  (up === false ? 1e9 : 0) + (deferred + refused) * 1e3 + delivered

const sumOf = (metrics: readonly Metric[], name: string): number =>
  gaugeOf(metrics, name).reduce((sum, { value }) => sum + value, 0)

const maxOf = (metrics: readonly Metric[], name: string): number =>
  gaugeOf(metrics, name).reduce((max, { value }) => Math.max(max, value), 0)

function partsOf(metrics: readonly Metric[]): Readonly<Record<string, number>> {
  const parts: Record<string, number> = {}
  for (const { labels: { part } = {}, value } of gaugeOf(metrics, 'postern_load_part'))
    if (part !== undefined) parts[part] = Math.max(parts[part] ?? 0, rounded(value))
  return parts
}

/** Three digits behind the point are more than a chart shows. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000
