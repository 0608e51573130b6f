/** The thread of the index, so that no mail waits for its disk. */
import { parentPort, workerData } from 'node:worker_threads'
import { serveTasks } from '../../threads/serve-tasks.ts'
import {
  type IndexedMessage,
  type IndexedRecipient,
  IndexFile,
  type IndexNote,
  type IndexQuery,
  type Transition,
} from './index-file.ts'

/** What the thread is asked for. */
export type Task =
  | {
      readonly kind: 'add'
      readonly message: IndexedMessage
      readonly recipients: readonly IndexedRecipient[]
      readonly all: number
    }
  | {
      readonly kind: 'room'
      readonly size: number
      readonly recipients: readonly Pick<IndexedRecipient, 'name' | 'budget'>[]
      readonly all: number
    }
  | { readonly kind: 'list'; readonly query: IndexQuery }
  | { readonly kind: 'get'; readonly id: string }
  | { readonly kind: 'change'; readonly transition: Transition }
  | { readonly kind: 'note'; readonly message: string; readonly name: string; readonly note: IndexNote }
  | { readonly kind: 'expireRecipients'; readonly now: number; readonly limit: number }
  | { readonly kind: 'expired'; readonly now: number; readonly limit: number }
  | { readonly kind: 'spent'; readonly before: number; readonly limit: number }
  | { readonly kind: 'dropFile'; readonly id: string }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'usage' }
  | { readonly kind: 'close' }

const { file } = workerData as { readonly file: string }
let index: IndexFile | undefined

serveTasks((task: Task): unknown => {
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
