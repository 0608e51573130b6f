/** The thread in which a file is read and written, so that a slow disk or another process's lock makes no mail wait. */

import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../model/errors.ts'
import type { Notice } from '../../model/services.ts'
import type { Operation } from '../../model/store.ts'
import { type Database, type DatabaseOptions, openDatabase } from './database.ts'
import { identity, isBroken, setAside } from './file.ts'
import type { Moment } from './timeline.ts'

/** What goes into the thread, one after another. */
export type Request =
  | { readonly kind: 'run'; readonly lists: readonly (readonly Operation[])[]; readonly at: Moment }
  | { readonly kind: 'close' }

/** What comes out: one reply to each request, and notices at any time. */
export type Response =
  | { readonly kind: 'done'; readonly answers: readonly (readonly unknown[])[] }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'notice'; readonly notice: Notice }

const options = workerData as DatabaseOptions
const { file } = options
const port = parentPort
const say = (response: Response): void => port?.postMessage(response)

let open: { readonly database: Database; readonly identity: string | undefined; checkedAt: number } | undefined

const close = () => {
  const closing = open
  open = undefined
  try {
    closing?.database.close()
  } catch {
    // What is broken cannot be closed well either.
  }
}

/** The file that stands under the name: another process may have begun a new one. */
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
      tell(error, setAside(file, before))
    }
    // Where there is a new file, by us or by another process, nothing is lost by asking that.
    if (before === undefined || identity(file) === before) throw error
    close()
    return ready(at).run(lists, at)
  }
}

const tell = (error: unknown, aside: string | undefined) => {
  if (aside === undefined) return
  const reason = `${file} is broken (${messageOf(error)}); it is kept as ${aside}, and a new one is begun`
  say({ kind: 'notice', notice: { code: 'store/broken', reason, level: 'warning' } })
}

const messageOf = (error: unknown): string => errorText(error)

port?.on('message', (request: Request) => {
  if (request.kind === 'close') {
    close()
    port.close()
    return
  }
  try {
    say({ kind: 'done', answers: run(request.lists, request.at) })
  } catch (error) {
    say({ kind: 'failed', reason: `${file}: ${messageOf(error)}` })
  }
})
