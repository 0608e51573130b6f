/** History in SQLite: a file for each week, written and searched in a thread. */
import { resolve } from 'node:path'
import { callback, duration, having, size, text } from '../../model/checks.ts'
import { checked, required, schemaOf } from '../../model/options.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../../model/units.ts'
import { threadFile } from '../../threads/thread-file.ts'
import { historyPrivacyCheck } from '../privacy-check.ts'
import { ThreadedHistory } from '../threaded-history.ts'
import type { History, HistoryPrivacyOptions } from '../types.ts'
import type { ThreadOptions } from './thread.ts'

/** What `sqliteHistory` takes. */
export interface SqliteHistoryOptions {
  /** The folder of the files, not on a network file system. It is made where there is none, for its owner alone. */
  readonly folder: string
  /** How long a week is kept after its end. @default '90d' */
  readonly keep?: Duration
  /** What all files may take; the oldest weeks go first. @default '10gb' */
  readonly size?: Size
  /** What may wait to be written; events beyond are dropped, counted and reported. @default '64mb' */
  readonly queue?: Size
  /** What is forgotten of people before their events are dropped. @default nothing */
  readonly privacy?: HistoryPrivacyOptions
  /** Called when events are dropped or cannot be written. @default warnings of the process */
  readonly notify?: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

const schema = schemaOf<SqliteHistoryOptions>('sqliteHistory', {
  folder: required(text('the path of a folder')),
  keep: duration({ min: '1h' }),
  size: size({ min: '1mb' }),
  queue: size({ min: '64kb' }),
  privacy: historyPrivacyCheck(),
  notify: callback(),
  clock: having<Clock>('a clock', 'now', 'monotonic', 'after'),
})

/**
 * Keeps history in files of SQLite, one for each week. Several processes of one machine may write into the same folder.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const history = sqliteHistory({ folder: '/var/lib/postern/history' })
 * const gateway = postern({ filters, events: event => history.append([event]) })
 */
export function sqliteHistory(options: SqliteHistoryOptions): History {
  const { folder, keep = '90d', size: most = '10gb', queue = '64mb', privacy = {} } = checked(schema, options)
  const { notify = emitWarning, clock = systemClock } = options
  const { shortenAfter, key } = privacy
  const data: ThreadOptions = {
    folder: resolve(folder),
    retention: {
      age: toMilliseconds(keep),
      size: toBytes(most),
      ...(shortenAfter !== undefined && { shortenAfter: toMilliseconds(shortenAfter) }),
      ...(key !== undefined && { key }),
    },
  }
  const file = threadFile(import.meta.url, 'history/sqlite/thread')
  return new ThreadedHistory({ file, data, queue: toBytes(queue), clock, notify })
}
