/** Records in PostgreSQL: accounts and sessions that hold on every node. */
import { type Clock, systemClock } from '../../../model/services.ts'
import { type PostgresOptions, placeOf } from '../../../postgres/options.ts'
import { threadFile } from '../../../threads/thread-file.ts'
import { WorkerClient } from '../../../threads/worker-client.ts'
import { recordKey } from '../record-key.ts'
import type { ConsoleRecords, NewRecord, RecordKind, StoredRecord } from '../records.ts'

/** What the thread is asked for. */
export type RecordTask =
  | { readonly kind: 'get' | 'remove'; readonly now: number; readonly of: RecordKind; readonly id: string }
  | { readonly kind: 'list'; readonly now: number; readonly of: RecordKind; readonly owner: string | undefined }
  | {
      readonly kind: 'put'
      readonly now: number
      readonly of: RecordKind
      readonly id: string
      readonly owner: string
      readonly value: string
      readonly expires: number | null
      readonly version: number
    }
  | { readonly kind: 'removeOwned'; readonly of: RecordKind; readonly owner: string; readonly except: string }
  | { readonly kind: 'tidy'; readonly now: number }
  | { readonly kind: 'close' }

/** What `postgresRecords` takes. */
export interface PostgresRecordsOptions extends PostgresOptions {
  /** @default the system's clock */
  readonly clock?: Pick<Clock, 'now'>
}

/**
 * Keeps accounts, sessions and tokens of the console in PostgreSQL, so that a session holds on every node. Needs the
 * package `postgres`.
 *
 * @throws Error when the file of `tls.ca` cannot be read
 */
export const postgresRecords = ({ clock = systemClock, ...options }: PostgresRecordsOptions): ConsoleRecords =>
  new PostgresRecords(options, clock)

class PostgresRecords implements ConsoleRecords {
  readonly #thread: WorkerClient<RecordTask>
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: PostgresOptions, clock: Pick<Clock, 'now'>) {
    const file = threadFile(import.meta.url, 'console/accounts/postgres/thread')
    this.#thread = new WorkerClient<RecordTask>('the thread of the console', file, { place: placeOf(options) })
    this.#clock = clock
  }

  async get(of: RecordKind, id: string): Promise<StoredRecord | undefined> {
    const task = { kind: 'get', now: this.#clock.now(), of, id: recordKey(id) } as const
    return (await this.#thread.ask(task)) as StoredRecord | undefined
  }

  async list(of: RecordKind, owner?: string): Promise<readonly StoredRecord[]> {
    return (await this.#thread.ask({ kind: 'list', now: this.#clock.now(), of, owner })) as readonly StoredRecord[]
  }

  async put(of: RecordKind, id: string, record: NewRecord, version: number): Promise<boolean> {
    const { owner = '', value, expires = null } = record
    const now = this.#clock.now()
    return (
      (await this.#thread.ask({ kind: 'put', now, of, id: recordKey(id), owner, value, expires, version })) === true
    )
  }

  async remove(of: RecordKind, id: string): Promise<boolean> {
    return (await this.#thread.ask({ kind: 'remove', now: this.#clock.now(), of, id: recordKey(id) })) === true
  }

  async removeOwned(of: RecordKind, owner: string, except = ''): Promise<void> {
    await this.#thread.ask({ kind: 'removeOwned', of, owner, except: recordKey(except) })
  }

  async tidy(): Promise<void> {
    await this.#thread.ask({ kind: 'tidy', now: this.#clock.now() })
  }

  async close(): Promise<void> {
    await this.#thread.close({ kind: 'close' })
  }
}
