/** The thread that writes and searches the files, so that no mail waits for a disk. */
import { parentPort, workerData } from 'node:worker_threads'
import type { GatewayEvent } from '../../model/events.ts'
import { serveTasks } from '../../threads/serve-tasks.ts'
import type { AggregateQuery, HistoryQuery } from '../types.ts'
import { HistoryFiles, type Retention } from './files.ts'

/** What the thread is started with. */
export interface ThreadOptions {
  readonly folder: string
  readonly retention: Retention
}

/** What the thread is asked for. */
export type Task =
  /** Events as JSON, one on each line. */
  | { readonly kind: 'write'; readonly lines: string }
  | { readonly kind: 'search'; readonly query: HistoryQuery }
  | { readonly kind: 'session'; readonly ref: string }
  | { readonly kind: 'aggregate'; readonly query: AggregateQuery }
  | { readonly kind: 'erase'; readonly address: string }
  | { readonly kind: 'dropOld'; readonly now: number }
  | { readonly kind: 'close' }

const { folder, retention } = workerData as ThreadOptions
let files: HistoryFiles | undefined

function perform(task: Task): unknown {
  files ??= new HistoryFiles(folder, retention)
  switch (task.kind) {
    case 'write':
      return files.write(task.lines.split('\n').map(json => ({ json, event: JSON.parse(json) as GatewayEvent })))
    case 'search':
      return files.search(task.query)
    case 'session':
      return files.session(task.ref)
    case 'aggregate':
      return files.aggregate(task.query)
    case 'erase':
      return files.erase(task.address)
    case 'dropOld':
      return files.dropOld(task.now)
    case 'close':
      files.close()
      parentPort?.close()
      return undefined
    default:
      throw task satisfies never
  }
}

serveTasks(perform)
