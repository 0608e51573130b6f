/** Reads the parts of one message after another in a separate thread, so that endless work can be terminated. */

import { parentPort } from 'node:worker_threads'
import { errorText } from '../model/errors.ts'
import { type FlatParts, flatten } from './flat-parts.ts'
import { readTree, type TreeOptions } from './tree.ts'

/** What the thread receives: one whole message at a time. */
export interface ParseRequest {
  /** In memory that both threads see, and that holds the next message when this one is answered. */
  readonly bytes: Uint8Array<SharedArrayBuffer>
  readonly options: TreeOptions
}

/** What the thread sends back. */
export type ParseResponse =
  /** Once, when the code is loaded, so that loading does not count against the deadline of a message. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly list: FlatParts }
  | { readonly kind: 'failed'; readonly reason: string }

const port = parentPort

const respond = (response: ParseResponse): void => port?.postMessage(response)

port?.on('message', ({ bytes, options }: ParseRequest) => {
  try {
    respond({
      kind: 'done',
      list: flatten(readTree(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), options)),
    })
  } catch (error) {
    respond({ kind: 'failed', reason: errorText(error) })
  }
})
respond({ kind: 'ready' })
