/** What the thread of a history is asked for, whatever it keeps its events in. */
import type { AggregateQuery, AuditQuery, HistoryQuery } from './types.ts'

/** Events that are written together. */
export interface Batch {
  /** Names the process that wrote it. With `number` it tells a repeated batch from a new one. */
  readonly writer: string
  readonly number: number
  /** Events as JSON, one on each line. */
  readonly lines: string
}

/** What became of a batch. */
export interface Written {
  /** Events that can be found now. */
  readonly written: number
  /** Events that wait in a file. */
  readonly waiting?: number
  /** Events that found no room in the file. */
  readonly dropped?: number
  /** Events that can never be written, and the reason of the first. */
  readonly unwritable?: { readonly count: number; readonly reason: string }
  /** Why events wait. */
  readonly reason?: string
}

/** What came of an attempt to write what waits. */
export interface Drained extends Written {
  /** Bytes that are still waiting. */
  readonly left: number
}

/** One question to the thread. */
export type Task =
  | ({ readonly kind: 'write' } & Batch)
  /** Writes what waits in a file. */
  | { readonly kind: 'drain' }
  | { readonly kind: 'search'; readonly query: HistoryQuery }
  | { readonly kind: 'session'; readonly ref: string }
  | { readonly kind: 'aggregate'; readonly query: AggregateQuery }
  | { readonly kind: 'audit'; readonly query: AuditQuery }
  /** Events of an address, some at a time. */
  | { readonly kind: 'exported'; readonly address: string; readonly cursor: string | undefined }
  | { readonly kind: 'erase'; readonly address: string }
  /** Drops what is too old or too much, and shortens what is old. */
  | { readonly kind: 'tidy'; readonly now: number }
  | { readonly kind: 'close' }

/** What of some sessions is about an address. */
export interface ExportedPage {
  /** Events as JSON. A session may come on several pages, each time whole. */
  readonly sessions: readonly { readonly ref: string; readonly lines: readonly string[] }[]
  /** Where it goes on; absent at the end. */
  readonly next?: string
}

/** What one turn of tidying has left. */
export interface Tidied {
  /** Something is left to be done: ask again. */
  readonly more: boolean
  /** Bytes of events that wait in a file. @default 0 */
  readonly waiting?: number
  /** What an operator has to see to. */
  readonly remark?: string
}
