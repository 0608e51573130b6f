/** The thread of a quarantine in PostgreSQL: what its client throws ends the thread alone. */
import { parentPort, workerData } from 'node:worker_threads'
import { PostgresClient } from '../../postgres/client.ts'
import { migrate } from '../../postgres/migrate.ts'
import type { PostgresPlace } from '../../postgres/options.ts'
import { serveTasks } from '../../threads/serve-tasks.ts'
import type { IndexTask } from '../index-tasks.ts'
import type { Chunk, ContentTask } from './contents.ts'
import { IndexTables } from './index-tables.ts'
import { QUARANTINE_TABLES } from './schema.ts'

/** What the thread is asked for. */
export type PostgresTask = IndexTask | ContentTask

const { place } = workerData as { readonly place: PostgresPlace }
const client = new PostgresClient(place, 'postern quarantine')
const index = new IndexTables(client)
let tables: Promise<void> | undefined

/** Bytes without an index are an orphan after this time: until then they may be on their way into it. */
const ABANDONED = '36 hours'
const MAX_ORPHANS = 200

async function ready(): Promise<void> {
  tables ??= migrate(client, place.schema, QUARANTINE_TABLES)
  try {
    await tables
  } catch (error) {
    tables = undefined
    throw error
  }
}

async function performContent(task: ContentTask): Promise<unknown> {
  switch (task.kind) {
    case 'putChunk':
      await client.query('INSERT INTO held_chunks (message, number, is_last, bytes) VALUES ($1, $2, $3, $4)', [
        ...[task.id, task.number, task.isLast, task.bytes],
      ])
      return undefined
    case 'getChunk': {
      const [chunk] = await client.query<Chunk>(
        'SELECT bytes, is_last AS "isLast" FROM held_chunks WHERE message = $1 AND number = $2',
        [task.id, task.number],
      )
      return chunk
    }
    case 'removeContent':
      await client.query('DELETE FROM held_chunks WHERE message = $1', [task.id])
      return undefined
    case 'orphans': {
      const rows = await client.query<{ message: string }>(
        `SELECT message FROM held_chunks WHERE number = 0 AND time < now() - interval '${ABANDONED}' AND NOT EXISTS (
           SELECT 1 FROM held_messages WHERE id = message AND kept = 1) LIMIT ${MAX_ORPHANS}`,
      )
      return rows.map(({ message }) => message)
    }
    default:
      throw task satisfies never
  }
}

async function perform(task: PostgresTask): Promise<unknown> {
  if (task.kind !== 'close') await ready()
  switch (task.kind) {
    case 'add':
      return await index.add(task.message, task.recipients, task.all)
    case 'room':
      return await index.room(task.size, task.recipients, task.all)
    case 'list':
      return await index.list(task.query)
    case 'get':
      return await index.get(task.id)
    case 'change':
      return await index.change(task.transition)
    case 'note':
      return await index.note(task.message, task.name, task.note)
    case 'expireRecipients':
      return await index.expireRecipients(task.now, task.limit)
    case 'expired':
      return await index.expired(task.now, task.limit)
    case 'spent':
      return await index.spent(task.before, task.limit)
    case 'dropFile':
      return await index.dropFile(task.id)
    case 'remove':
      return await index.remove(task.id)
    case 'usage':
      return await index.usage()
    case 'close':
      await client.close()
      parentPort?.close()
      return undefined
    default:
      return await performContent(task)
  }
}

serveTasks(perform)
