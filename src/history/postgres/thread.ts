/** The thread that writes and searches a history in PostgreSQL: what its client throws ends the thread alone. */
import { parentPort, workerData } from 'node:worker_threads'
import { serveTasks } from '../../threads/serve-tasks.ts'
import type { Task } from '../tasks.ts'
import { PostgresStore, type StoreOptions } from './store.ts'
import { aggregateOf, auditOf, eraseFrom, exportOf, sessionOf } from './tables.ts'

const store = new PostgresStore(workerData as StoreOptions)

async function perform(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'write':
      return await store.write(task)
    case 'drain':
      return await store.drain()
    case 'search':
      await store.ready()
      return await store.searcher.search(task.query)
    case 'session':
      return await sessionOf(await store.ready(), task.ref)
    case 'aggregate':
      return await aggregateOf(await store.ready(), task.query)
    case 'audit':
      return await auditOf(await store.ready(), task.query)
    case 'exported':
      return await exportOf(await store.ready(), task.address, task.cursor)
    case 'erase':
      return await eraseFrom(await store.ready(), task.address)
    case 'tidy':
      return await store.tidy(task.now)
    case 'close':
      await store.close()
      parentPort?.close()
      return undefined
    default:
      throw task satisfies never
  }
}

serveTasks(perform)
