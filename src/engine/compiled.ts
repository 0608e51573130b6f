/** What a gateway is made of, compiled once: every session reads it, none changes it. */

import type { Policy } from '../model/decision.ts'
import type { Reading } from '../model/fact.ts'
import type { Filter } from '../model/filter.ts'
import type { HeaderField } from '../model/header.ts'
import type { Stage } from '../model/stage.ts'
import type { Tracer } from '../trace/tracer.ts'
import type { Checks } from './exempt.ts'
import type { KnownClients } from './known-clients.ts'
import type { FilterTimings, FindingTransform, Plan } from './run.ts'
import type { SessionEntry } from './session-log.ts'
import type { SpoolBudget } from './spool-budget.ts'

export interface CompiledGateway {
  readonly plans: Readonly<Record<Stage, Plan>>
  readonly filters: readonly Filter[]
  /** What each filter checks, by its name. */
  readonly checks: Checks
  readonly clients: KnownClients
  /** What filters have named in `reads`. */
  readonly readings: readonly Reading<unknown>[]
  readonly policy: Policy
  readonly mode: 'enforce' | 'shadow'
  readonly lineEnds: 'normalise' | 'reject'
  /** Bytes. */
  readonly size: number
  /** Bytes of a message kept in memory. */
  readonly memory: number
  readonly folder: string | undefined
  /** What temporary files may take. */
  readonly budget: SpoolBudget
  readonly tracers: readonly Tracer[]
  /** Tells a field that only we may write. */
  readonly isForged: (field: HeaderField) => boolean
  /** Changes findings before they count. */
  readonly transformFinding?: FindingTransform
  readonly log: ((entry: SessionEntry) => void) | undefined
  /** A session is over, after so many milliseconds, of which each filter has taken some. */
  readonly onSessionEnd: (ms: number, spent: FilterTimings) => void
}
