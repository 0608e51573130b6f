/** What a gateway is made of, compiled once: every session reads it, none changes it. */
import type { HeaderField } from '../mime/header.ts'
import type { Tracer } from '../trace/tracer.ts'
import type { Policy } from './decision.ts'
import type { Checks } from './exempt.ts'
import type { Reading } from './fact.ts'
import type { Filter } from './filter.ts'
import type { SessionEntry } from './journal.ts'
import type { KnownClients } from './known-clients.ts'
import type { Adjust, Plan, Spent } from './run.ts'
import type { SpoolBudget } from './spool-budget.ts'
import type { Stage } from './stage.ts'

export interface Setup {
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
  /** Octets. */
  readonly size: number
  /** Octets of a message kept in memory. */
  readonly memory: number
  readonly folder: string | undefined
  /** What temporary files may take. */
  readonly budget: SpoolBudget
  readonly tracers: readonly Tracer[]
  /** Tells a field that only we may write. */
  readonly isForged: (field: HeaderField) => boolean
  /** Changes findings before they count. */
  readonly adjust?: Adjust
  readonly log: ((entry: SessionEntry) => void) | undefined
  /** A session is over, after so many milliseconds, of which each filter has taken some. */
  readonly ended: (ms: number, spent: Spent) => void
}
