/** Reads large calls in a thread of its own: to parse a message of 25 MB would keep all other clients waiting. */

import { parentPort } from 'node:worker_threads'
import { errorText } from '../../model/errors.ts'
import { WebError } from '../shared/web/request.ts'
import { type HookCall, readCall } from './call.ts'

/** One body, in pieces that both threads see. */
export interface CallRequest {
  readonly pieces: readonly SharedArrayBuffer[]
  readonly size: number
}

export type CallResponse =
  | { readonly kind: 'read'; readonly call: Omit<HookCall, 'message'>; readonly message: Uint8Array | undefined }
  /** The body makes no sense: a WebError. */
  | { readonly kind: 'wrong'; readonly code: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

function answer({ pieces, size }: CallRequest): CallResponse {
  try {
    const { message, ...call } = readCall(Buffer.concat(pieces.map(piece => Buffer.from(piece))).subarray(0, size))
    return { kind: 'read', call, message }
  } catch (error) {
    const reason = errorText(error)
    return error instanceof WebError ? { kind: 'wrong', code: error.code, reason } : { kind: 'failed', reason }
  }
}

parentPort?.on('message', (request: CallRequest) => {
  const made = answer(request)
  const owned = made.kind === 'read' && made.message?.byteLength === made.message?.buffer.byteLength
  const moved = owned && made.message ? [made.message.buffer as ArrayBuffer] : []
  parentPort?.postMessage(made, moved)
})
