/** A body in memory as a stream of pieces, with a turn of the event loop between them for other clients. */
import { Readable } from 'node:stream'

const PIECE_BYTES = 65_536

export const sliced = (...body: readonly Uint8Array[]): Readable =>
  Readable.from(body.length === 1 && (body[0]?.length ?? 0) <= PIECE_BYTES ? body : pieces(body), { objectMode: false })

async function* pieces(body: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const chunk of body) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE_BYTES, chunk.length - at))
      await new Promise(resolve => setImmediate(resolve))
    }
  }
}
