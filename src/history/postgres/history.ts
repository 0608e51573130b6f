/** History in PostgreSQL: one for several nodes, in partitions by day. */
import { resolve } from 'node:path'
import { callback, duration, having, size, text } from '../../model/checks.ts'
import { type Check, checked, object, required, schemaOf } from '../../model/options.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../../model/units.ts'
import { type PostgresOptions, placeOf, postgresShape } from '../../postgres/options.ts'
import { threadFile } from '../../threads/thread-file.ts'
import { historyPrivacyCheck } from '../privacy-check.ts'
import { ThreadedHistory } from '../threaded-history.ts'
import type { History, HistoryPrivacyOptions } from '../types.ts'
import type { StoreOptions } from './store.ts'

/** Where events wait while the database is away. */
export interface WaitingOptions {
  /** A folder on a disk of this machine. It is made where there is none, for its owner alone. */
  readonly folder: string
  /** What may wait, compressed; events beyond are dropped, counted and reported. @default '1gb' */
  readonly size?: Size
}

/** What `postgresHistory` takes. */
export interface PostgresHistoryOptions extends PostgresOptions {
  /** How long a day is kept after its end. @default '90d' */
  readonly keep?: Duration
  /** What all days may take; the oldest go first. @default '100gb' */
  readonly size?: Size
  /** What may wait in memory to be written; events beyond are dropped, counted and reported. @default '64mb' */
  readonly queue?: Size
  /** Where events wait while the database is away. @default in memory, as far as `queue` allows */
  readonly waiting?: WaitingOptions
  /** What is forgotten of people before their events are dropped. @default nothing */
  readonly privacy?: HistoryPrivacyOptions
  /** Called when events are dropped or cannot be written. @default warnings of the process */
  readonly notify?: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

export const waitingCheck = (): Check<WaitingOptions> =>
  object<WaitingOptions>({ folder: required(text('the path of a folder')), size: size({ min: '64kb' }) }, 'waiting')

const schema = schemaOf<PostgresHistoryOptions>('postgresHistory', {
  ...postgresShape,
  keep: duration({ min: '1h' }),
  size: size({ min: '1mb' }),
  queue: size({ min: '64kb' }),
  waiting: waitingCheck(),
  privacy: historyPrivacyCheck(),
  notify: callback(),
  clock: having<Clock>('a clock', 'now', 'monotonic', 'after'),
})

/**
 * Keeps history in PostgreSQL, for any number of processes and machines. Needs the package `postgres`. Tables are made
 * in a schema and brought to the last version; the user of the database may have to be allowed to create it.
 *
 * @throws PosternError when an option is wrong; Error when the file of `tls.ca` cannot be read
 * @example
 * const history = postgresHistory({ url: 'postgres://postern@db.example.org/postern', waiting: { folder: 'waiting' } })
 */
export function postgresHistory(options: PostgresHistoryOptions): History {
  const { keep = '90d', size: most = '100gb', queue = '64mb', waiting, privacy = {} } = checked(schema, options)
  const { notify = emitWarning, clock = systemClock } = options
  const { shortenAfter, key } = privacy
  const data: StoreOptions = {
    place: placeOf(options),
    age: toMilliseconds(keep),
    size: toBytes(most),
    ...(shortenAfter !== undefined && { shortenAfter: toMilliseconds(shortenAfter) }),
    ...(key !== undefined && { key }),
    ...(waiting && { waiting: { folder: resolve(waiting.folder), size: toBytes(waiting.size ?? '1gb') } }),
  }
  const file = threadFile(import.meta.url, 'history/postgres/thread')
  return new ThreadedHistory({ file, data, queue: toBytes(queue), clock, notify })
}
