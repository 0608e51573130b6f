/** The body of a call: looked at while it arrives, parsed at once where it is small and in a thread where it is not. */
import type { Share } from '../shared/web/budget.ts'
import { chunksOf } from '../shared/web/chunks.ts'
import { type HookCall, readCall } from './call.ts'
import type { CallThread } from './call-thread.ts'
import { jsonGuard } from './json-guard.ts'

/** Bytes that are parsed at once: that takes less than a millisecond. */
const INLINE = 65_536
const PIECE = 1_048_576

/** @throws WebError for a body that is too large, too deep, of another form, or makes no sense */
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
    if (size <= INLINE) small.push(chunk)
    else for (const piece of [...small.splice(0), chunk]) large.push(piece)
  }
  return size <= INLINE ? readCall(Buffer.concat(small)) : await thread.read({ pieces: large.pieces, size })
}

/** Copied as it comes, piece by piece: one copy of it all at the end would take as long as other clients may wait. */
function sharedPieces() {
  const pieces: SharedArrayBuffer[] = []
  let view: Uint8Array = new Uint8Array()
  let used = 0
  return {
    pieces,
    push: (chunk: Uint8Array): void => {
      for (let at = 0; at < chunk.length; ) {
        if (used === view.length) {
          const piece = new SharedArrayBuffer(PIECE)
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
