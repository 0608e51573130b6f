/** `postern/console`: what happened to mail, for people: pages and an API over HTTP. */
export type { CheckResult, CheckStatus, DoctorReport } from '../doctor/types.ts'
export type { Action, ActionEvent, ActionName, RecordAction } from '../model/action-event.ts'
export type { PostgresOptions } from '../postgres/options.ts'
export type { PasswordCost } from './accounts/password.ts'
export { type PostgresRecordsOptions, postgresRecords } from './accounts/postgres/records.ts'
export type { ConsoleRecords, NewRecord, RecordKind, StoredRecord } from './accounts/records.ts'
export { type SqliteRecordsOptions, sqliteRecords } from './accounts/sqlite-records.ts'
export { createConsole } from './console.ts'
export type { ReadForecast } from './load/series.ts'
export type {
  Console,
  ConsoleDoctor,
  ConsoleOptions,
  ConsoleSources,
  OidcOptions,
  SignInOptions,
} from './options.ts'
export type { Thresholds } from './rules/verdicts.ts'
export { type ServeConsoleOptions, type ServedConsole, serveConsole } from './serve.ts'
