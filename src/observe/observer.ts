/** Counts what a gateway does: sessions, decisions, findings by rule, the milliseconds of each filter. */
import type { Decision } from '../model/decision.ts'
import { isFinal } from '../model/decision.ts'
import type { DeliveryReport, FilterTime } from '../model/events.ts'
import type { Level, Load } from '../model/load.ts'
import type { Metric, Sample } from '../model/metric.ts'
import type { Notice } from '../model/services.ts'
import type { Stage } from '../model/stage.ts'
import { histogram, samplesOf, type Tally, tally } from './count.ts'
import { DeliveryCounts } from './deliveries.ts'
import { DnsCounts } from './dns.ts'

/** Upper bounds of the histogram, in seconds. */
const SESSION_BOUNDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** Counts for one gateway. Costs a few additions for each decision. */
export class Observer {
  readonly #accepted: Record<Stage, number> = { connect: 0, helo: 0, mail: 0, rcpt: 0, header: 0, message: 0 }
  readonly #others = tally()
  readonly #rules = tally()
  readonly #filterCpu = tally()
  readonly #filterWait = tally()
  readonly #notices = tally()
  readonly #deliveries = new DeliveryCounts()
  readonly dns = new DnsCounts()
  readonly #sessionTimes = histogram(SESSION_BOUNDS)
  #opened = 0
  #ended = 0

  opened(): void {
    this.#opened += 1
  }

  decided({ stage, verdict, dryRun, findings }: Decision): void {
    if (verdict === 'accept' && dryRun === undefined) this.#accepted[stage] += 1
    else this.#others.add(`${stage} ${verdict} ${dryRun ?? ''}`)
    // A finding is in every decision after it: it is counted where it had a consequence, and with the message.
    if (stage !== 'message' && !isFinal(verdict) && dryRun === undefined) return
    for (const { rule } of findings) if (rule !== undefined) this.#rules.add(rule)
  }

  /** A session is over. Milliseconds, in all and by filter. */
  ended(ms: number, timings: ReadonlyMap<string, FilterTime>): void {
    this.#ended += 1
    this.#sessionTimes.record(ms / 1000)
    for (const [name, { cpu, wait }] of timings) {
      this.#filterCpu.add(name, cpu)
      this.#filterWait.add(name, wait)
    }
  }

  /** A notice for the operator. */
  noticed({ code }: Pick<Notice, 'code'>): void {
    this.#notices.add(code)
  }

  /** A host has reported what became of a delivery. */
  delivered(report: DeliveryReport): void {
    this.#deliveries.add(report)
  }

  read(): readonly Metric[] {
    return [
      counter('postern_sessions_total', 'Sessions that were opened.', this.#opened),
      gauge('postern_sessions', 'Sessions that are open.', this.#opened - this.#ended),
      {
        name: 'postern_decisions_total',
        help: 'Decisions by stage and verdict; `dryRun` is the verdict that shadow mode did not carry out.',
        type: 'counter',
        samples: this.#decisions(),
      },
      {
        name: 'postern_findings_total',
        help: 'Findings by rule, in refusals and in judged messages.',
        type: 'counter',
        samples: samplesOf('rule', this.#rules),
      },
      {
        name: 'postern_filter_cpu_seconds_total',
        help: 'Seconds for which the code of each filter ran.',
        type: 'counter',
        samples: seconds(this.#filterCpu),
      },
      {
        name: 'postern_filter_wait_seconds_total',
        help: 'Seconds for which each filter waited: for DNS, scanners, stores and other code of the process.',
        type: 'counter',
        samples: seconds(this.#filterWait),
      },
      {
        name: 'postern_notices_total',
        help: 'Notices to the operator by code.',
        type: 'counter',
        samples: samplesOf('code', this.#notices),
      },
      ...this.#deliveries.read(),
      ...this.dns.read(),
      {
        name: 'postern_session_seconds',
        help: 'How long sessions lasted.',
        type: 'histogram',
        samples: [this.#sessionTimes.read()],
      },
    ]
  }

  #decisions(): readonly Sample[] {
    const accepted = Object.entries(this.#accepted).map(([stage, count]) => [`${stage} accept `, count] as const)
    return [...accepted, ...this.#others.entries()].map(([key, value]) => {
      const [stage = '', verdict = '', dryRun = ''] = key.split(' ')
      return { labels: { stage, verdict, ...(dryRun !== '' && { dryRun }) }, value }
    })
  }
}

const seconds = (times: Tally): readonly Sample[] =>
  times.entries().map(([filter, ms]) => ({ labels: { filter }, value: ms / 1000 }))

const LEVELS: Readonly<Record<Level, number>> = { green: 0, amber: 1, red: 2 }

/** The load as metrics. Autoscalers read `postern_load`. */
export const loadMetrics = ({ value, level, parts, slowdown }: Load): readonly Metric[] => [
  gauge('postern_load', 'Load from 0, idle, to 1, where one resource is used up.', value),
  gauge('postern_load_level', '0 green, 1 amber, 2 red.', LEVELS[level]),
  gauge('postern_load_slowdown', 'How many times slower than usual the slowest backend answers.', slowdown),
  {
    name: 'postern_load_part',
    help: 'The parts of the load, each from 0 to 1.',
    type: 'gauge',
    samples: Object.entries(parts).map(([part, value]) => ({ labels: { part }, value })),
  },
]

/** Metrics of a store: whether it is up, and how much it holds. */
export function storeMetrics(store: object): readonly Metric[] {
  const metrics: Metric[] = []
  if ('state' in store)
    metrics.push(gauge('postern_store_up', '1 while the shared store answers, else 0.', store.state === 'up' ? 1 : 0))
  if ('size' in store) metrics.push(gauge('postern_store_keys', 'Keys in the store.', Number(store.size)))
  if ('bytes' in store) metrics.push(gauge('postern_store_bytes', 'Bytes in the store.', Number(store.bytes)))
  return metrics
}

/** Joins metrics of the same name, whichever filter counted them. */
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
