/** The types that the API mentions and that programs seldom write down. */

export type { SessionOverrides } from './engine/client.ts'
export type { FindingTransform } from './engine/found.ts'
export type { MessageLimits } from './engine/message-limits.ts'
export type { PrivacyOptions } from './engine/options.ts'
export type { MailDetails } from './engine/session.ts'
export type { HostReply } from './engine/transaction-record.ts'
export type { ActionEvent, ActionName } from './model/action-event.ts'
export type { BodyShape } from './model/body-shape.ts'
export type { AnyStage } from './model/combine.ts'
export type { DecisionPoint, DeliveryGroup, ForgedField, Reply } from './model/decision.ts'
export type { ErrorCode, Problem } from './model/errors.ts'
export type { EventBase } from './model/event-base.ts'
export type {
  Authentication,
  DeliveryEvent,
  EventReceiver,
  FeedbackEvent,
  FilterTime,
  FindingEntry,
  NoticeEvent,
  RecipientEvent,
  ReportedDelivery,
  SentReply,
  SessionEvent,
  TransactionEvent,
} from './model/events.ts'
export type { Reader, Reading } from './model/fact.ts'
export type { Label, MessageReference, SentMail, TrainingExample } from './model/feedback.ts'
export type { FilterBase, PriorFindings } from './model/filter.ts'
export type { Falsy, FindingDetails, RefusalDetails, Status } from './model/finding.ts'
export type { HeaderDefect, HeaderField, HeaderFields } from './model/header.ts'
export type { CallExternal, Clock, Notify, Services } from './model/services.ts'
export type { ClientKind, Stages, Tls } from './model/stage.ts'
export type { Duration, Size } from './model/units.ts'
export type { PolicyOptions, ThresholdOptions } from './policy/thresholds.ts'
