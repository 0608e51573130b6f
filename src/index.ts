/** The front door. */
export { type Anywhere, shadow, unless } from './core/combine.ts'
export type { Content, Decision, DecisionPoint, DeliveryGroup, Outcome, Policy, Reply } from './core/decision.ts'
export { PosternError, type Problem } from './core/errors.ts'
export { type Fact, fact, type Reader, type Reading, reading } from './core/fact.ts'
export type { Feedback, Label, Lesson, Written } from './core/feedback.ts'
export type { Conduct, Filter, SoFar } from './core/filter.ts'
export {
  accept,
  allow,
  type Details,
  defer,
  discard,
  type Finding,
  type Findings,
  points,
  quarantine,
  type RefusalDetails,
  reject,
  type Status,
  type Verdict,
} from './core/finding.ts'
export type { DecisionEntry, SessionEntry, TransactionEntry } from './core/journal.ts'
export type { MailDetails, Peer, Session } from './core/session.ts'
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
} from './core/stage.ts'
export type { Duration, Size } from './core/units.ts'
export {
  type Clock,
  type Consult,
  type Notice,
  type Notify,
  systemClock,
  type World,
  warnProcess,
} from './core/world.ts'
export { type ResolverOptions, resolver } from './dns/node.ts'
export type { Answer, FailureCause, Records, RecordType, Resolver } from './dns/resolver.ts'
export { type Forecast, forecast } from './load/forecast.ts'
export type { Held, Level, Load, LoadMeter } from './load/load.ts'
export { type LoadMeterOptions, loadMeter } from './load/meter.ts'
export type { Expected } from './load/season.ts'
export type { HeaderDefect, HeaderField, HeaderFields } from './mime/header.ts'
export type { Distribution, Metric, Plain, Sample } from './observe/metric.ts'
export { PROMETHEUS_TYPE, prometheus } from './observe/prometheus.ts'
export { line } from './policy/reply.ts'
export { type ThresholdOptions, thresholds } from './policy/thresholds.ts'
export { type Gateway, type PosternOptions, postern } from './postern.ts'
export { type InsuredOptions, type InsuredStore, insured } from './store/insured.ts'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './store/memory.ts'
export type { Counter, Entry, Operation, Store } from './store/store.ts'
export { authenticationResults } from './trace/authentication-results.ts'
export { receivedSpf } from './trace/received-spf.ts'
export { spamStatus } from './trace/spam-status.ts'
export type { Found, TraceField, Tracer } from './trace/tracer.ts'
