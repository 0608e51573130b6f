/** What is kept of mail, as an operator configures it: history, what it forgets, and the quarantine. */
import type { PrivacyOptions } from '../../engine/options.ts'
import type { HistoryPrivacyOptions, PostgresHistoryOptions, SqliteHistoryOptions } from '../../history/index.ts'
import type { PostgresOptions } from '../../postgres/options.ts'
import type { HeldQuarantineOptions } from '../../quarantine/index.ts'

/** Where history is kept. */
export type HistoryConfig = FolderHistoryConfig | PostgresHistoryConfig

/** History in a folder, see `sqliteHistory`. */
export type FolderHistoryConfig = Omit<SqliteHistoryOptions, 'notify' | 'clock' | 'privacy'>

/** History in PostgreSQL, see `postgresHistory`. Needs the package `postgres`. */
export interface PostgresHistoryConfig
  extends Omit<PostgresHistoryOptions, keyof PostgresOptions | 'notify' | 'clock' | 'privacy'> {
  /** How the database is reached. */
  readonly postgres: PostgresOptions
}

/** What is left out of the record, and what the history forgets later. */
export interface LogPrivacyConfig extends PrivacyOptions {
  /** After this time the history shortens addresses, see `HistoryPrivacyOptions`. @default never */
  readonly shortenAfter?: HistoryPrivacyOptions['shortenAfter']
}

/** Where quarantined mail is held: a folder, or PostgreSQL for several nodes. */
export type QuarantineConfig = FolderQuarantineConfig | PostgresQuarantineConfig

/** What the relay says of every quarantine. */
export interface HeldConfig extends Omit<HeldQuarantineOptions, 'deliver' | 'notify' | 'clock' | 'isReader'> {
  /**
   * What happens to quarantined mail when there is no room. `deliver`: what would happen without a quarantine. `defer`:
   * the client tries again. @default 'deliver'
   */
  readonly whenFull?: 'deliver' | 'defer'
}

/** A quarantine in a folder, see `folderQuarantine`. */
export interface FolderQuarantineConfig extends HeldConfig {
  /** The folder, on a disk of this machine. */
  readonly folder: string
}

/** A quarantine in PostgreSQL, see `postgresQuarantine`. Needs the package `postgres`. */
export interface PostgresQuarantineConfig extends HeldConfig {
  /** How the database is reached. */
  readonly postgres: PostgresOptions
}
