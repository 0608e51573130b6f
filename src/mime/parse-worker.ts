/** Reads the parts of one message after another in a thread of its own, so that what spins can be ended. */

import { parentPort } from 'node:worker_threads'
import { errorText } from '../model/errors.ts'
import type { PartLimits, PartList } from './part.ts'
import { readTree } from './tree.ts'

/** What goes into the thread: one whole message at a time. */
export interface ParseRequest {
  readonly bytes: SharedArrayBuffer
  readonly limits: PartLimits
}

/** What comes out of it. */
export type ParseResponse =
  /** Once, when the code is loaded: what that takes is not the message's doing. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly list: PartList }
  | { readonly kind: 'failed'; readonly reason: string }

const port = parentPort

const respond = (response: ParseResponse): void => port?.postMessage(response)

port?.on('message', ({ bytes, limits }: ParseRequest) => {
  try {
    respond({ kind: 'done', list: readTree(Buffer.from(bytes), limits) })
  } catch (error) {
    respond({ kind: 'failed', reason: errorText(error) })
  }
})
respond({ kind: 'ready' })
