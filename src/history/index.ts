/** `postern/history`: what became of every recipient, kept to be searched. */

export type {
  DeliveryEvent,
  DeliveryReport,
  EventBase,
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
export { EVENT_VERSION } from '../model/events.ts'
export { type SqliteHistoryOptions, sqliteHistory } from './sqlite/history.ts'
export { type StoryOptions, story } from './story.ts'
export type {
  AggregateQuery,
  AggregateRow,
  History,
  HistoryEntry,
  HistoryPage,
  HistoryQuery,
} from './types.ts'
