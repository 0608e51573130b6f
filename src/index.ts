/**
 * What most programs need. Stores, load, DNS, metrics and trace fields have their own entry points, and so have the
 * types that are seldom written down (`postern/types`).
 */

export type { Client } from './engine/client.ts'
export { type Gateway, postern } from './engine/gateway.ts'
export type { PosternOptions } from './engine/options.ts'
export type { Session } from './engine/session.ts'
export { shadow, unless } from './model/combine.ts'
export type { Content, Decision, Outcome, Policy } from './model/decision.ts'
export { PosternError } from './model/errors.ts'
export type { DeliveryReport, EventSink, GatewayEvent } from './model/events.ts'
export { fact, reading } from './model/fact.ts'
export type { Feedback } from './model/feedback.ts'
export type { Filter } from './model/filter.ts'
export {
  accept,
  allow,
  defer,
  discard,
  type Finding,
  type Findings,
  points,
  quarantine,
  reject,
  type Verdict,
} from './model/finding.ts'
export { emitWarning, type Notice, systemClock } from './model/services.ts'
export type {
  Connection,
  Fact,
  Greeting,
  Header,
  Message,
  Recipient,
  Stage,
  Transaction,
} from './model/stage.ts'
export { formatReply } from './policy/reply.ts'
export { thresholds } from './policy/thresholds.ts'
