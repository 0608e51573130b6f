/** `postern/console`: what happened to mail, for people: pages and an API over HTTP. */
export type { ActionEvent, ActionName, RecordAction } from '../model/action-event.ts'
export type { PasswordCost } from './accounts/password.ts'
export { type PostgresRecordsOptions, postgresRecords } from './accounts/postgres/records.ts'
export type { ConsoleRecords, NewRecord, RecordKind, StoredRecord } from './accounts/records.ts'
export { type SqliteRecordsOptions, sqliteRecords } from './accounts/sqlite-records.ts'
export { createConsole } from './console.ts'
export type {
  Console,
  ConsoleDoctor,
  ConsoleOptions,
  ConsoleSources,
  OidcOptions,
  SignInOptions,
} from './options.ts'
export { type ServeConsoleOptions, type ServedConsole, serveConsole } from './serve.ts'
