/** The thread that asks a database for its state: what its client throws ends the thread alone. */
import { parentPort, workerData } from 'node:worker_threads'
import { serveTasks } from '../threads/serve-tasks.ts'
import { PostgresClient } from './client.ts'
import type { PostgresPlace } from './options.ts'

export type ProbeTask = 'state' | 'close'

/** What a database says of itself. */
export interface DatabaseState {
  /** `15.14`. */
  readonly version: string
  /** It takes no writes: a standby, or a setting. */
  readonly isReadOnly: boolean
  /** Its clock, in milliseconds since 1970. */
  readonly now: number
  /** How long it took to answer, in milliseconds. */
  readonly ms: number
}

const QUESTION = `select current_setting('server_version') as version, current_setting('transaction_read_only') = 'on'
  as "isReadOnly", (extract(epoch from clock_timestamp()) * 1000)::float8 as now`

const client = new PostgresClient(workerData as PostgresPlace, 'postern doctor')

async function state(): Promise<DatabaseState> {
  // The first one connects.
  await client.query('select 1')
  const began = performance.now()
  const [row] = await client.query<Omit<DatabaseState, 'ms'>>(QUESTION)
  if (row === undefined) throw new Error('it gives no answer')
  return { ...row, ms: performance.now() - began }
}

serveTasks<ProbeTask>(async task => {
  if (task === 'state') return await state()
  await client.close()
  parentPort?.close()
  return undefined
})
