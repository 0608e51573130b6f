/** The body of a call: checked while it arrives; a small one is parsed here, a large one in a thread. */
import type { Share } from '../shared/web/budget.ts'
import { chunksOf } from '../shared/web/chunks.ts'
import { type HookCall, readCall } from './call.ts'
import type { CallThread } from './call-thread.ts'
import { jsonGuard } from './json-guard.ts'

/** Bytes that are parsed here, in less than a millisecond. */
const MAX_INLINE = 65_536
const PIECE_BYTES = 1_048_576

/** @throws HttpError for a body that is too large, nested too deep or malformed */
export async function receiveCall(
  request: Request,
  { limit, thread, share }: { readonly limit: number; readonly thread: CallThread; readonly share: Share },
): Promise<HookCall> {
  const guard = jsonGuard()
  const small: Uint8Array[] = []
  const large = sharedPieces()
  let size = 0
  for await (const chunk of chunksOf(request, limit, share)) {
    guard.push(chunk)
    size += chunk.length
    if (size <= MAX_INLINE) small.push(chunk)
    else for (const piece of [...small.splice(0), chunk]) large.push(piece)
  }
  return size <= MAX_INLINE ? readCall(Buffer.concat(small)) : await thread.read({ pieces: large.pieces, size })
}

/** Copies chunks as they arrive: one copy of all of them at the end would block other clients for too long. */
function sharedPieces() {
  const pieces: SharedArrayBuffer[] = []
  let view: Uint8Array = new Uint8Array()
  let used = 0
  return {
    pieces,
    push: (chunk: Uint8Array): void => {
      for (let at = 0; at < chunk.length; ) {
        if (used === view.length) {
          const piece = new SharedArrayBuffer(PIECE_BYTES)
          pieces.push(piece)
          view = new Uint8Array(piece)
          used = 0
        }
        const taken = chunk.subarray(at, at + view.length - used)
        view.set(taken, used)
        at += taken.length
        used += taken.length
      }
    },
  }
}
