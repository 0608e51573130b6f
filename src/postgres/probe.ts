/** Asks a database whether it answers, takes writes, and what time it has. */
import { threadFile } from '../threads/thread-file.ts'
import { WorkerClient } from '../threads/worker-client.ts'
import { type PostgresOptions, placeOf } from './options.ts'
import type { DatabaseState, ProbeTask } from './probe-thread.ts'

export type { DatabaseState } from './probe-thread.ts'

/** By a thread, which its client may end. Rejects when there is no answer, with words that hold no password. */
export async function databaseState(options: PostgresOptions): Promise<DatabaseState> {
  const place = placeOf({ ...options, connections: 1 })
  const thread = new WorkerClient<ProbeTask>(
    'the thread of the database',
    threadFile(import.meta.url, 'postgres/probe-thread'),
    place,
  )
  try {
    return (await thread.ask('state')) as DatabaseState
  } finally {
    await thread.close('close')
  }
}
