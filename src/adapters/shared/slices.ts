/** A body that lies in memory as a stream of pieces: between two of them the other clients of the process are served. */
import { Readable } from 'node:stream'

const PIECE = 65_536

export const sliced = (...body: readonly Uint8Array[]): Readable =>
  Readable.from(body.length === 1 && (body[0]?.length ?? 0) <= PIECE ? body : pieces(body), { objectMode: false })

async function* pieces(body: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const chunk of body) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE, chunk.length - at))
      await new Promise(resolve => setImmediate(resolve))
    }
  }
}
