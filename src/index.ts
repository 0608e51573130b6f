/** The front door. */

export { type ResolverOptions, resolver } from './dns/node.ts'
export type { Client } from './engine/client.ts'
export { type Gateway, postern } from './engine/gateway.ts'
export type { PosternOptions } from './engine/options.ts'
export type { MailDetails, Session } from './engine/session.ts'
export type { DecisionEntry, SessionEntry, TransactionEntry } from './engine/session-log.ts'
export { type Forecast, forecast } from './load/forecast.ts'
export { type LoadMeterOptions, loadMeter } from './load/meter.ts'
export type { Expected } from './load/season.ts'
export { type AnyStage, shadow, unless } from './model/combine.ts'
export type { Content, Decision, DecisionPoint, DeliveryGroup, Outcome, Policy, Reply } from './model/decision.ts'
export { PosternError, type Problem } from './model/errors.ts'
export { type Fact, fact, type Reader, type Reading, reading } from './model/fact.ts'
export type { Feedback, Label, SentMail, TrainingExample } from './model/feedback.ts'
export type { Filter, FilterBase, PriorFindings } from './model/filter.ts'
export {
  accept,
  allow,
  defer,
  discard,
  type Finding,
  type FindingDetails,
  type Findings,
  points,
  quarantine,
  type RefusalDetails,
  reject,
  type Status,
  type Verdict,
} from './model/finding.ts'
export type { HeaderDefect, HeaderField, HeaderFields } from './model/header.ts'
export type { Level, Load, LoadMeter, Resource } from './model/load.ts'
export type { Distribution, Metric, Plain, Sample } from './model/metric.ts'
export type { Answer, FailureCause, Records, RecordType, Resolver } from './model/resolver.ts'
export {
  type CallExternal,
  type Clock,
  emitWarning,
  type Notice,
  type Notify,
  type Services,
  systemClock,
} from './model/services.ts'
export type {
  ClientKind,
  Connection,
  Greeting,
  Header,
  Message,
  Recipient,
  Stage,
  Stages,
  Tls,
  Transaction,
} from './model/stage.ts'
export type { Counter, Entry, Operation, Store } from './model/store.ts'
export type { Duration, Size } from './model/units.ts'
export { PROMETHEUS_TYPE, prometheus } from './observe/prometheus.ts'
export { formatReply } from './policy/reply.ts'
export { type ThresholdOptions, thresholds } from './policy/thresholds.ts'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './store/memory.ts'
export { type FallbackOptions, type FallbackStore, withFallback } from './store/with-fallback.ts'
export { authenticationResults } from './trace/authentication-results.ts'
export { receivedSpf } from './trace/received-spf.ts'
export { spamStatus } from './trace/spam-status.ts'
export type { TraceField, TraceInput, Tracer } from './trace/tracer.ts'
