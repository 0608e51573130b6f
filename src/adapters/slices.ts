/** A body that lies in memory as a stream of pieces: between two of them the other clients of the process are served. */
import { Readable } from 'node:stream'

const PIECE = 65_536

export const sliced = (body: Buffer): Readable =>
  Readable.from(body.length <= PIECE ? [body] : pieces(body), { objectMode: false })

async function* pieces(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE) {
    yield body.subarray(at, at + PIECE)
    await new Promise(resolve => setImmediate(resolve))
  }
}
