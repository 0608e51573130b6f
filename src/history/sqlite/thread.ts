/** The thread that writes and searches the files, so that no mail waits for a disk. */
import { parentPort, workerData } from 'node:worker_threads'
import { serveTasks } from '../../threads/serve-tasks.ts'
import type { Drained, Task, Tidied } from '../tasks.ts'
import { HistoryFiles, type Retention } from './files.ts'

/** What the thread is started with. */
export interface ThreadOptions {
  readonly folder: string
  readonly retention: Retention
}

const { folder, retention } = workerData as ThreadOptions
let files: HistoryFiles | undefined

function perform(task: Task): unknown {
  files ??= new HistoryFiles(folder, retention)
  switch (task.kind) {
    case 'write':
      return files.write(task)
    case 'drain':
      // Nothing waits in another file.
      return { written: 0, left: 0 } satisfies Drained
    case 'search':
      return files.search(task.query)
    case 'session':
      return files.session(task.ref)
    case 'aggregate':
      return files.aggregate(task.query)
    case 'audit':
      return files.audit(task.query)
    case 'exported':
      return files.exported(task.address, task.cursor)
    case 'erase':
      return files.erase(task.address)
    case 'tidy':
      return { more: files.tidy(task.now) } satisfies Tidied
    case 'close':
      files.close()
      parentPort?.close()
      return undefined
    default:
      throw task satisfies never
  }
}

serveTasks(perform)
