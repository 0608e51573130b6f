/** `postern/history`: what became of every recipient, kept to be searched. */

export type { ActionEvent } from '../model/action-event.ts'
export { EVENT_VERSION, type EventBase } from '../model/event-base.ts'
export type {
  DeliveryEvent,
  DeliveryReport,
  FeedbackEvent,
  FilterTime,
  FindingEntry,
  GatewayEvent,
  NoticeEvent,
  RecipientEvent,
  SentReply,
  SessionEvent,
  TransactionEvent,
} from '../model/events.ts'
export { type PostgresHistoryOptions, postgresHistory, type WaitingOptions } from './postgres/history.ts'
export { type SqliteHistoryOptions, sqliteHistory } from './sqlite/history.ts'
export { type StoryOptions, story } from './story.ts'
export type {
  AggregateQuery,
  AggregateRow,
  AuditPage,
  AuditQuery,
  History,
  HistoryEntry,
  HistoryPage,
  HistoryPrivacyOptions,
  HistoryQuery,
} from './types.ts'
