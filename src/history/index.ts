/** `postern/history`: what became of every recipient, kept to be searched. */
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
