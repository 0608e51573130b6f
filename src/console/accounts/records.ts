/**
 * Where accounts, sessions and tokens are kept: records with a version, so that two nodes never overwrite each other.
 *
 * Not in the shared store: that forgets what it has no room for, and stands in for itself from memory while it is down,
 * where a session that was ended would live on.
 */

/** What is kept. */
export type RecordKind = 'account' | 'session' | 'token' | 'link' | 'undo' | 'flow'

/** One record. */
export interface StoredRecord {
  /** Names it within its kind. */
  readonly id: string
  /** The account that it belongs to; '' for none. */
  readonly owner: string
  /** JSON. */
  readonly value: string
  /** When it ends, in milliseconds since 1970; absent: never. */
  readonly expires?: number
  /** Grows with each change. */
  readonly version: number
}

/** A record to be written. */
export interface NewRecord {
  /** @default '' */
  readonly owner?: string
  /** JSON. */
  readonly value: string
  /** @default never */
  readonly expires?: number
}

/** Keeps records. All of them reject when the database cannot be asked. */
export interface ConsoleRecords {
  /** Returns a record that has not expired. */
  get(kind: RecordKind, id: string): Promise<StoredRecord | undefined>
  /** Lists the records of a kind that have not expired, at most 10,000; with `owner` only its own. */
  list(kind: RecordKind, owner?: string): Promise<readonly StoredRecord[]>
  /**
   * Writes a record where `version` is the version that is there; 0: none is.
   *
   * @returns whether it was written
   */
  put(kind: RecordKind, id: string, record: NewRecord, version: number): Promise<boolean>
  /** Removes a record. @returns whether it was there: of two that remove it, one has it */
  remove(kind: RecordKind, id: string): Promise<boolean>
  /** Removes the records of an account, but for one. */
  removeOwned(kind: RecordKind, owner: string, except?: string): Promise<void>
  /** Removes what has expired. */
  tidy(): Promise<void>
  /** Releases the database. */
  close(): Promise<void>
}

/** Records that one list has at most. */
export const MAX_LISTED = 10_000
