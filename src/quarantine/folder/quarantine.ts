/** Quarantine in a folder: each message in a file, and an index beside them. */
import { join, resolve } from 'node:path'
import { checked } from '../../model/options.ts'
import { threadFile } from '../../threads/thread-file.ts'
import { WorkerClient } from '../../threads/worker-client.ts'
import { Keys } from '../cipher.ts'
import { HeldIndex } from '../held-index.ts'
import { begun, HeldQuarantine } from '../held-quarantine.ts'
import type { IndexTask } from '../index-tasks.ts'
import type { Quarantine } from '../types.ts'
import { MessageFiles } from './message-files.ts'
import { type FolderQuarantineOptions, folderQuarantineSchema } from './options.ts'

/**
 * Holds messages in a folder. A message is on the disk before `hold` settles, a release is done once whatever crashes,
 * and what is released is never judged again.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const quarantine = await folderQuarantine({ folder: '/var/lib/postern/held', deliver: redeliver })
 */
export async function folderQuarantine(options: FolderQuarantineOptions): Promise<Quarantine> {
  const given = checked(folderQuarantineSchema, options)
  const keys = new Keys(given.key)
  const folder = resolve(given.folder)
  const files = await MessageFiles.open(folder, keys)
  const file = threadFile(import.meta.url, 'quarantine/folder/thread')
  const thread = new WorkerClient<IndexTask>('the thread of the quarantine', file, { file: join(folder, 'index.db') })
  return begun(new HeldQuarantine(given, new HeldIndex(thread, keys), files), given)
}
