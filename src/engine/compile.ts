/** From options to what a gateway is made of. Compiled once: every session reads it, none changes it. */
import { hostname } from 'node:os'
import type { Policy } from '../model/decision.ts'
import type { ReportedDelivery } from '../model/events.ts'
import type { Reading } from '../model/fact.ts'
import type { Filter } from '../model/filter.ts'
import type { HeaderField } from '../model/header.ts'
import type { LoadMeter } from '../model/load.ts'
import { type Stage, stages } from '../model/stage.ts'
import { toMilliseconds } from '../model/units.ts'
import type { Observer } from '../observe/observer.ts'
import { thresholds } from '../policy/thresholds.ts'
import { authenticationResults } from '../trace/authentication-results.ts'
import { forged } from '../trace/forged.ts'
import { referenceField } from '../trace/reference.ts'
import { spamStatus } from '../trace/spam-status.ts'
import type { Tracer } from '../trace/tracer.ts'
import { deliveryEvent, type EventStream } from './events.ts'
import type { Checks } from './exempt.ts'
import type { FindingTransform } from './found.ts'
import { type KnownClients, knownClients } from './known-clients.ts'
import { readLimits } from './message-limits.ts'
import type { PosternOptions } from './options.ts'
import { type Plan, plan } from './run.ts'
import { SpoolBudget } from './spool-budget.ts'
import type { FilterTimings } from './wave.ts'

export interface CompiledGateway {
  /** The waves of filters of each stage. */
  readonly plans: Readonly<Record<Stage, Plan>>
  /** The same of the filters that may allow what was refused. */
  readonly allowPlans: Readonly<Record<Stage, Plan>>
  readonly filters: readonly Filter[]
  /** What each filter checks, by its name. */
  readonly checks: Checks
  readonly clients: KnownClients
  /** What filters list in `reads`. */
  readonly readings: readonly Reading<unknown>[]
  readonly policy: Policy
  readonly mode: 'enforce' | 'shadow'
  readonly lineEnds: 'normalise' | 'reject'
  /** Bytes of the largest message. */
  readonly size: number
  /** Bytes of a message that are kept in memory. */
  readonly memory: number
  readonly folder: string | undefined
  /** What the temporary files of all messages may take. */
  readonly budget: SpoolBudget
  readonly tracers: readonly Tracer[]
  /** Whether only we may write a field. */
  readonly isForged: (field: HeaderField) => boolean
  /** Changes findings before they count. */
  readonly transformFinding?: FindingTransform
  /** Absent where no sink takes events. */
  readonly events: EventStream | undefined
  /** Called with each delivery that a host reports. */
  readonly onDelivery: (delivery: ReportedDelivery) => void
  /** Called when a session has ended, with its milliseconds and those of each filter. */
  readonly onSessionEnd: (ms: number, timings: FilterTimings) => void
}

/** @param options checked already */
export function compile(
  options: PosternOptions,
  filters: readonly Filter[],
  load: LoadMeter,
  observer: Observer,
  events: EventStream | undefined,
): CompiledGateway {
  const { policy = thresholds(), mode = 'enforce', lineEnds = 'normalise', folder, limits = {} } = options
  const { name = hostname(), deadline = '10s' } = options
  const { trace: tracers = [authenticationResults({ id: name }), spamStatus, referenceField] } = options
  const { size, memory, files, disk } = readLimits(limits)
  const deadlineOf = (filter: Filter): number => toMilliseconds(filter.deadline ?? deadline)
  const plansOf = (some: readonly Filter[]) =>
    Object.fromEntries(stages.map(stage => [stage, plan(some, stage, deadlineOf)])) as CompiledGateway['plans']
  return {
    plans: plansOf(filters),
    allowPlans: plansOf(filters.filter(({ mayAllow }) => mayAllow)),
    filters: [...filters, { name: 'observer', onDecision: decision => observer.decided(decision) }],
    checks: new Map(filters.map(filter => [filter.name, filter.checks])),
    clients: knownClients(options),
    readings: [...new Set(filters.flatMap(({ reads = [] }) => reads))],
    policy,
    mode,
    lineEnds,
    size,
    memory,
    folder,
    budget: new SpoolBudget({ files, disk, load }),
    tracers,
    isForged: forged({ id: name, ids: tracers.flatMap(({ authservId = [] }) => authservId) }),
    events,
    onDelivery: delivery => {
      observer.delivered(delivery)
      events?.write(deliveryEvent(delivery))
    },
    onSessionEnd: (ms, timings) => {
      load.adjust('sessions', -1)
      observer.ended(ms, timings)
    },
  }
}
