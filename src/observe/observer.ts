/** Counts what a gateway does: sessions, decisions, findings by rule, the milliseconds of each filter. */
import type { Decision } from '../model/decision.ts'
import { isFinal } from '../model/decision.ts'
import type { Level, Load } from '../model/load.ts'
import type { Metric } from '../model/metric.ts'
import type { Stage } from '../model/stage.ts'
import { histogram, samplesOf, tally } from './count.ts'

export interface Observer {
  opened(): void
  decided(decision: Decision): void
  /** A session is over. `spent`: milliseconds by filter. */
  ended(ms: number, spent: ReadonlyMap<string, number>): void
  read(): readonly Metric[]
}

/** Seconds. */
const SESSION_BOUNDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** Costs a few additions for each decision. */
export function observer(): Observer {
  const accepted: Record<Stage, number> = { connect: 0, helo: 0, mail: 0, rcpt: 0, header: 0, message: 0 }
  const others = tally()
  const rules = tally()
  const filters = tally()
  const seconds = histogram(SESSION_BOUNDS)
  let [opened, ended] = [0, 0]
  return {
    opened: () => {
      opened += 1
    },
    decided: ({ stage, verdict, dryRun, findings }) => {
      if (verdict === 'accept' && dryRun === undefined) accepted[stage] += 1
      else others.add(`${stage} ${verdict} ${dryRun ?? ''}`)
      // Findings stand in every decision after them: they are counted where something came of them.
      if (stage !== 'message' && !isFinal(verdict) && dryRun === undefined) return
      for (const { rule } of findings) if (rule !== undefined) rules.add(rule)
    },
    ended: (ms, spent) => {
      ended += 1
      seconds.record(ms / 1000)
      for (const [name, took] of spent) filters.add(name, took)
    },
    read: () => [
      counter('postern_sessions_total', 'Sessions that were opened.', opened),
      gauge('postern_sessions', 'Sessions that are open.', opened - ended),
      {
        name: 'postern_decisions_total',
        help: 'Decisions by stage and verdict; `dryRun` is what shadow mode did not carry out.',
        type: 'counter',
        samples: [
          ...Object.entries(accepted).map(([stage, count]) => [`${stage} accept `, count] as const),
          ...others.entries(),
        ].map(([key, value]) => {
          const [stage = '', verdict = '', would = ''] = key.split(' ')
          return { labels: { stage, verdict, ...(would !== '' && { would }) }, value }
        }),
      },
      {
        name: 'postern_findings_total',
        help: 'Refusals and judged messages in which a rule stood.',
        type: 'counter',
        samples: samplesOf('rule', rules),
      },
      {
        name: 'postern_filter_seconds_total',
        help: 'Seconds that a filter took, its waiting included.',
        type: 'counter',
        samples: filters.entries().map(([filter, ms]) => ({ labels: { filter }, value: ms / 1000 })),
      },
      {
        name: 'postern_session_seconds',
        help: 'How long sessions lasted.',
        type: 'histogram',
        samples: [seconds.read()],
      },
    ],
  }
}

const LEVELS: Readonly<Record<Level, number>> = { green: 0, amber: 1, red: 2 }

/** The load as metrics: scale by `postern_load`. */
export const loadMetrics = ({ value, level, parts, slowdown }: Load): readonly Metric[] => [
  gauge('postern_load', 'Load from 0, idle, to 1, at the end of some means.', value),
  gauge('postern_load_level', '0 green, 1 amber, 2 red.', LEVELS[level]),
  gauge('postern_load_slowdown', 'How many times slower than usual the slowest thing behind us answers.', slowdown),
  {
    name: 'postern_load_part',
    help: 'The parts of the load, each from 0 to 1.',
    type: 'gauge',
    samples: Object.entries(parts).map(([part, value]) => ({ labels: { part }, value })),
  },
]

/** What can be seen of a store: whether it is there, and how much it holds. */
export function storeMetrics(store: object): readonly Metric[] {
  const metrics: Metric[] = []
  if ('state' in store)
    metrics.push(gauge('postern_store_up', '1 while the shared store answers.', store.state === 'up' ? 1 : 0))
  if ('size' in store) metrics.push(gauge('postern_store_keys', 'Keys in the store.', Number(store.size)))
  if ('bytes' in store) metrics.push(gauge('postern_store_bytes', 'Bytes in the store.', Number(store.bytes)))
  return metrics
}

/** Metrics of one name as one, whoever counted them. */
export function merged(metrics: readonly Metric[]): readonly Metric[] {
  const byName = Map.groupBy(metrics, ({ name }) => name)
  return Array.from(byName.values(), alike => {
    const [first] = alike
    return { ...first, samples: alike.flatMap(({ samples }): readonly unknown[] => samples) } as Metric
  })
}

const counter = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  type: 'counter',
  samples: [{ value }],
})

export const gauge = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  type: 'gauge',
  samples: [{ value }],
})
