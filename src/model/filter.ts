/** A filter looks at a stage of the dialogue and states findings. It never speaks to the client. */

import type { Decision, Reply } from './decision.ts'
import type { Reading } from './fact.ts'
import type { SentMail, TrainingExample } from './feedback.ts'
import type { Finding, Findings } from './finding.ts'
import type { Metric } from './metric.ts'
import type { Services } from './services.ts'
import type { Connection, Stage, Stages } from './stage.ts'
import type { Duration } from './units.ts'

/** A filter has a name, and a method for each stage at which it has something to say. */
export type Filter = FilterBase & {
  readonly [S in Stage]?: (context: Stages[S], sofar: PriorFindings) => Findings | Promise<Findings>
}

/** What others have found by now: at earlier stages, and in earlier waves of this one. */
export interface PriorFindings {
  /** The sum of their points. A `late` filter knows all of its stage but its own wave. */
  readonly score: number
  /** Their findings, by stage. */
  readonly findings: readonly Finding[]
}

export interface FilterBase {
  readonly name: string
  /** Filters of a stage run together. `early` ones finish first; `late` ones start only if nothing is refused. */
  readonly order?: 'early' | 'late'
  /**
   * `identity`: who the client is and for whom it may send. Does not run for users who have authenticated, for
   * `trustedNetworks`, proxies and `forwarders`. `content`: what the message holds. Neither runs for a sender that is
   * allowed (see `allow`). @default it always runs
   */
  readonly checks?: 'identity' | 'content'
  /** Why no exemption may skip this filter, as a sentence: `unless` refuses to. */
  readonly required?: string
  /** What a failure or a timeout of this filter means. @default 'pass' */
  readonly failure?: 'pass' | 'defer'
  /** How long one stage of this filter may take. @default the gateway's `deadline` */
  readonly deadline?: Duration
  /** The readings this filter will ask for, found while the message arrives. */
  readonly reads?: readonly Reading<unknown>[]
  /** Words of the configuration that must not be written down, such as the key in the name of a list. */
  readonly secrets?: readonly string[]
  /** Hears every decision and decides nothing: metrics, journals, reputation. */
  readonly onDecision?: (decision: Decision, context: Connection) => void
  /** The connection is over: give back what was held. */
  readonly onClose?: (connection: Connection) => void
  /**
   * Somebody says what a message was. Until this settles the message can be read. A filter that does not know the
   * message throws a `PosternError`; being told the same thing twice must change nothing.
   */
  readonly onFeedback?: (lesson: TrainingExample) => void | Promise<void>
  /**
   * Says no to an address before a session is opened for it, with the reply it hears. Asked for every client, so it must
   * be quick and certain.
   */
  readonly precheck?: (ip: string) => Reply | undefined
  /** What it has counted, for whoever watches. Asked now and then. */
  readonly metrics?: () => readonly Metric[]
  /** One of our users has written to somebody, as the host tells by `gateway.recordSent`. */
  readonly onSent?: (mail: SentMail, world: Services) => void | Promise<void>
  /** The gateway opens: check what is needed, begin what lasts. A rejection is logged and stops nothing. */
  readonly start?: (world: Services) => void | Promise<void>
  /** The gateway closes: end what `start` began. */
  readonly stop?: () => void | Promise<void>
}
