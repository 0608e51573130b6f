/** Quarantine in PostgreSQL: one for several nodes, messages and index in the same database. */
import { checked, schemaOf } from '../../model/options.ts'
import { type PostgresOptions, placeOf, postgresShape } from '../../postgres/options.ts'
import { threadFile } from '../../threads/thread-file.ts'
import { WorkerClient } from '../../threads/worker-client.ts'
import { Keys } from '../cipher.ts'
import { HeldIndex } from '../held-index.ts'
import { heldQuarantineShape } from '../held-options.ts'
import { begun, HeldQuarantine, type HeldQuarantineOptions } from '../held-quarantine.ts'
import type { Quarantine } from '../types.ts'
import { ContentTables } from './contents.ts'
import type { PostgresTask } from './thread.ts'

/** What `postgresQuarantine` takes. */
export interface PostgresQuarantineOptions extends PostgresOptions, HeldQuarantineOptions {}

const schema = schemaOf<PostgresQuarantineOptions>('postgresQuarantine', { ...postgresShape, ...heldQuarantineShape })

/**
 * Holds messages in PostgreSQL, for any number of processes and machines. A message is committed before `hold` settles,
 * and a release is done once, on whichever node it is asked for. Needs the package `postgres`; all nodes need the same
 * `key`.
 *
 * @throws PosternError when an option is wrong; Error when the file of `tls.ca` cannot be read
 * @example
 * const quarantine = postgresQuarantine({ url: 'postgres://postern@db.example.org/postern', deliver: redeliver })
 */
export function postgresQuarantine(options: PostgresQuarantineOptions): Quarantine {
  const given = checked(schema, options)
  const keys = new Keys(given.key)
  const file = threadFile(import.meta.url, 'quarantine/postgres/thread')
  const thread = new WorkerClient<PostgresTask>('the thread of the quarantine', file, { place: placeOf(given) })
  return begun(new HeldQuarantine(given, new HeldIndex(thread, keys), new ContentTables(thread, keys)), given)
}
