/** The thread of the index, so that no mail waits for its disk. */
import { parentPort, workerData } from 'node:worker_threads'
import { serveTasks } from '../../threads/serve-tasks.ts'
import type { IndexTask } from '../index-tasks.ts'
import { IndexFile } from './index-file.ts'

const { file } = workerData as { readonly file: string }
let index: IndexFile | undefined

serveTasks((task: IndexTask): unknown => {
  index ??= new IndexFile(file)
  switch (task.kind) {
    case 'add':
      return index.add(task.message, task.recipients, task.all)
    case 'room':
      return index.room(task.size, task.recipients, task.all)
    case 'list': {
      const recipients = index.list(task.query)
      return recipients.map(recipient => ({ recipient, message: index?.message(recipient.message) }))
    }
    case 'get': {
      const message = index.message(task.id)
      return message && { message, recipients: index.recipientsOf(task.id) }
    }
    case 'change':
      return index.change(task.transition)
    case 'note':
      return index.note(task.message, task.name, task.note)
    case 'expireRecipients':
      return index.expireRecipients(task.now, task.limit)
    case 'expired':
      return index.expired(task.now, task.limit)
    case 'spent':
      return index.spent(task.before, task.limit)
    case 'dropFile':
      return index.dropFile(task.id)
    case 'remove':
      return index.remove(task.id)
    case 'usage':
      return index.usage()
    case 'close':
      index.close()
      parentPort?.close()
      return undefined
    default:
      throw task satisfies never
  }
})
