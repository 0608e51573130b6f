/** The thread that reads and writes a file, so that no mail waits for a slow disk or the lock of another process. */

import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../model/errors.ts'
import type { Notice } from '../../model/services.ts'
import type { Operation } from '../../model/store.ts'
import { type Database, type DatabaseOptions, openDatabase } from './database.ts'
import { identity, isBroken, setAside } from './file.ts'
import type { Moment } from './timeline.ts'

/** A message to the thread. */
export type Request =
  | { readonly kind: 'run'; readonly lists: readonly (readonly Operation[])[]; readonly at: Moment }
  | { readonly kind: 'close' }

/** A message from the thread: one reply to each request, and notices at any time. */
export type Response =
  | { readonly kind: 'done'; readonly answers: readonly (readonly unknown[])[] }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'notice'; readonly notice: Notice }

const options = workerData as DatabaseOptions
const { file } = options
const port = parentPort
const send = (response: Response): void => port?.postMessage(response)

let open: { readonly database: Database; readonly identity: string | undefined; checkedAt: number } | undefined

const close = () => {
  const closing = open
  open = undefined
  try {
    closing?.database.close()
  } catch {
    // A corrupt database may fail to close.
  }
}

/** The database in the file that has the name now: another process may have created a new one. */
const ready = (at: Moment): Database => {
  if (open && at.monotonic - open.checkedAt >= 1_000) {
    open.checkedAt = at.monotonic
    if (identity(file) !== open.identity) close()
  }
  open ??= { database: openDatabase(options, at), identity: identity(file), checkedAt: at.monotonic }
  return open.database
}

const run = (lists: readonly (readonly Operation[])[], at: Moment): readonly (readonly unknown[])[] => {
  const before = open?.identity ?? identity(file)
  try {
    return ready(at).run(lists, at)
  } catch (error) {
    if (isBroken(error) && before !== undefined) {
      close()
      announce(error, setAside(file, before))
    }
    // When there is a new file, made here or by another process, the lists go there.
    if (before === undefined || identity(file) === before) throw error
    close()
    return ready(at).run(lists, at)
  }
}

const announce = (error: unknown, aside: string | undefined) => {
  if (aside === undefined) return
  const reason = `${file} is corrupt (${errorText(error)}); it was renamed to ${aside}, and a new file was created`
  send({ kind: 'notice', notice: { code: 'store/broken', reason, level: 'warning' } })
}

port?.on('message', (request: Request) => {
  if (request.kind === 'close') {
    close()
    port.close()
    return
  }
  try {
    send({ kind: 'done', answers: run(request.lists, request.at) })
  } catch (error) {
    send({ kind: 'failed', reason: `${file}: ${errorText(error)}` })
  }
})
