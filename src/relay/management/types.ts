/** What the jobs of the management process work with, and what a job is. */
import type { CheckResult, DoctorReport } from '../../doctor/types.ts'
import type { Unstamped } from '../../engine/events.ts'
import type { SenderLists } from '../../filters/index.ts'
import type { History } from '../../history/index.ts'
import type { RecordAction } from '../../model/action-event.ts'
import type { Feedback, SentMail } from '../../model/feedback.ts'
import type { Metric } from '../../model/metric.ts'
import type { Resolver } from '../../model/resolver.ts'
import type { Clock, Notify } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import type { Quarantine, Releaser } from '../../quarantine/index.ts'
import type { RelayOptions } from '../config/options.ts'
import type { Delivery, OwnMail } from '../delivery/types.ts'
import type { Lease } from './lease.ts'
import type { NodeNotice } from './messages.ts'

/** The last report of the doctor on this node, and a way to get another one. */
export interface DoctorBoard {
  /** Undefined before the first run has ended. */
  readonly last: DoctorReport | undefined
  /** Runs all checks now, or waits for the run that goes on. */
  run(): Promise<DoctorReport>
  /** Called with each report. @returns a function that ends it */
  onReport(listener: (report: DoctorReport, before: readonly CheckResult[]) => void): () => void
}

/** What every job is given. It is closed after all jobs. */
export interface ManagementParts {
  /** The configuration of the relay. */
  readonly options: RelayOptions
  /** The name of this process in events: the host name and `/management`. */
  readonly node: string
  readonly clock: Clock
  /** Tells the operator: by a line on standard error, and as an event. */
  readonly notify: Notify
  /** The DNS of the relay. */
  readonly dns: Resolver
  /** Absent without `log.history`. */
  readonly history?: History
  /** Absent without `quarantine`. What it releases goes through {@link ManagementParts.delivery}. */
  readonly quarantine?: Quarantine
  /**
   * Releases and deletes for people, with what follows: training, allow entries, the record. Absent without
   * `quarantine`.
   */
  readonly releaser?: Releaser
  /**
   * The store that all nodes share, without a fallback: an operation rejects while the store is down, and what must
   * happen once (a token, a lease) does not happen then.
   */
  readonly store: Store
  readonly delivery: Delivery
  /** Says what a message was: all nodes learn it through the store. */
  readonly feedback: (feedback: Feedback) => Promise<void>
  /** The allow and deny lists in the store. */
  readonly lists: SenderLists
  /** Says to whom one of our users has written. */
  readonly recordSent: (mail: SentMail) => Promise<void>
  /** Delivers our own mail; it is not judged and never held. Its reverse-path is null. Rejects when it is not taken. */
  readonly sendMail: (mail: OwnMail) => Promise<void>
  /** Writes an event into the stream: to the sinks of the log and into the history. */
  readonly record: (event: Unstamped) => void
  /** Writes what a person has done into the stream. */
  readonly recordAction: RecordAction
  /** What this node has counted: its mail processes and this process. At most a second old. */
  readonly metrics: () => Promise<readonly Metric[]>
  /** Called with each notice of the processes of this node. @returns a function that ends it */
  readonly onNotice: (listener: (notice: NodeNotice) => void) => () => void
  /** For a job that runs once over all nodes: only the process that holds the lease of this name does it. */
  readonly lease: (name: string) => Lease
  /** What the doctor has found on this node. */
  readonly doctor: DoctorBoard
}

/** A job that runs. */
export interface RunningJob {
  /** What it has counted. */
  readonly metrics?: () => readonly Metric[]
  /** Ends it. What it has begun may go on for some seconds. */
  readonly close: () => Promise<void>
}

/** A room that is connected to the relay. Each is a file `NAME-job.ts`, listed in `jobs.ts`. */
export interface ManagementJob {
  /** @throws when it cannot start: it is tried again after a pause */
  readonly start: (parts: ManagementParts) => Promise<RunningJob>
}
