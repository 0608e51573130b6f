/** Reads large calls in a thread: to parse a message of 25 MB would block all other clients. */
import { parentPort } from 'node:worker_threads'
import { errorText } from '../../model/errors.ts'
import { HttpError } from '../shared/web/request.ts'
import { type HookCall, readCall } from './call.ts'

/** One body, in memory that both threads share. */
export interface CallRequest {
  readonly pieces: readonly SharedArrayBuffer[]
  readonly size: number
}

export type CallResponse =
  | { readonly kind: 'read'; readonly call: Omit<HookCall, 'message'>; readonly message: Uint8Array | undefined }
  /** The body is malformed: an HttpError. */
  | { readonly kind: 'wrong'; readonly code: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

function answer({ pieces, size }: CallRequest): CallResponse {
  try {
    const { message, ...call } = readCall(Buffer.concat(pieces.map(piece => Buffer.from(piece))).subarray(0, size))
    return { kind: 'read', call, message }
  } catch (error) {
    const reason = errorText(error)
    return error instanceof HttpError ? { kind: 'wrong', code: error.code, reason } : { kind: 'failed', reason }
  }
}

parentPort?.on('message', (request: CallRequest) => {
  const response = answer(request)
  const ownsMemory = response.kind === 'read' && response.message?.byteLength === response.message?.buffer.byteLength
  const moved = ownsMemory && response.message ? [response.message.buffer as ArrayBuffer] : []
  parentPort?.postMessage(response, moved)
})
