/** A filter looks at a stage of the dialogue and states findings. It never speaks to the client. */

import type { Decision, Reply } from './decision.ts'
import type { Reading } from './fact.ts'
import type { Feedback, SentMail, TrainingExample } from './feedback.ts'
import type { Finding, Findings } from './finding.ts'
import type { Metric } from './metric.ts'
import type { Services } from './services.ts'
import type { Connection, Stage, Stages } from './stage.ts'
import type { Duration } from './units.ts'

/** A filter has a name, and a method for each stage that it looks at. */
export type Filter = FilterBase & {
  readonly [S in Stage]?: (known: Stages[S], prior: PriorFindings) => Findings | Promise<Findings>
}

/** What was found before: at earlier stages, and in earlier waves of this one. */
export interface PriorFindings {
  /** The sum of the points. A `late` filter sees all of its stage but its own wave. */
  readonly score: number
  /** The findings, by stage. */
  readonly findings: readonly Finding[]
}

/** What a filter is, beside its stages. */
export interface FilterBase {
  /** Small letters, digits and hyphens; unique in a gateway. It stands in front of the rules of its findings. */
  readonly name: string
  /**
   * Filters of a stage run together. `early` ones finish first; `late` ones start only if nothing is refused, and
   * `last` ones when those have finished.
   * @default between `early` and `late`
   */
  readonly order?: 'early' | 'late' | 'last'
  /**
   * `identity`: the client and what it may send. Does not run for users who have authenticated, for
   * `trustedNetworks`, proxies and `forwarders`. `content`: what the message holds. Neither runs for a sender that is
   * allowed (see `allow`). @default it always runs
   */
  readonly checks?: 'identity' | 'content'
  /**
   * It may `allow` a sender that an earlier stage refused: it also runs at the stages after the refusal, until that is
   * sent to the client. @default false
   */
  readonly mayAllow?: boolean
  /** Why no exemption may skip this filter, as a sentence: `unless` refuses to. */
  readonly required?: string
  /** What a failure or a timeout of this filter means. @default 'pass' */
  readonly failure?: 'pass' | 'defer'
  /** How long one stage of this filter may take. @default the gateway's `deadline` */
  readonly deadline?: Duration
  /** The readings that this filter asks for; they are found while the message arrives. @default [] */
  readonly reads?: readonly Reading<unknown>[]
  /** Words of the configuration that must not be written down, such as the key in the name of a list. */
  readonly secrets?: readonly string[]
  /** Called with every decision of a session, for metrics, logs and reputation. It changes nothing. */
  readonly onDecision?: (decision: Decision, context: Connection) => void
  /** Called when the connection is over: release resources. */
  readonly onClose?: (connection: Connection) => void
  /**
   * Called with feedback about a message, which can be read until this settles. A filter that does not know the
   * message throws a `PosternError`. The same feedback twice must count once.
   */
  readonly onFeedback?: (example: TrainingExample) => void | Promise<void>
  /**
   * Returns what refuses an address before a session is opened. A finding must be what `connect` finds for this
   * address whatever else is known of the client: where the policy refuses and disconnects the client for it, the
   * refusal is counted, and recorded as the event of a session (once in five minutes for an address); else a session
   * is opened, and nothing is recorded. A reply is sent as it is: the filter itself counts it. `onDecision` is not
   * called in either case. Called for every client, so it must be fast.
   */
  readonly precheck?: (ip: string) => Finding | Reply | undefined
  /** Returns what it has counted. Called for each scrape. */
  readonly metrics?: () => readonly Metric[]
  /** Called when one of our users has sent a message: see `gateway.recordSent`. */
  readonly onSent?: (mail: SentMail, services: Services) => void | Promise<void>
  /**
   * Called when the gateway is built: check what is needed, start timers. A rejection is reported and stops nothing.
   * `feedback` is `gateway.feedback`: for a filter that learns what a message was, such as mail to a trap address.
   */
  readonly start?: (services: Services, feedback?: (said: Feedback) => Promise<void>) => void | Promise<void>
  /** Called when the gateway closes: end what `start` has begun. */
  readonly stop?: () => void | Promise<void>
}
