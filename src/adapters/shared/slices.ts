/** A body in memory as a stream of pieces, with a turn of the event loop between them for other clients. */
import { Readable } from 'node:stream'

const PIECE_BYTES = 65_536

export function sliced(...body: readonly Uint8Array[]): Readable {
  const [only] = body
  return body.length === 1 && only !== undefined && only.length <= PIECE_BYTES
    ? wholeOf(only)
    : Readable.from(pieces(body), { objectMode: false })
}

/** Without an iterator, which costs more than the rest of the stream. */
function wholeOf(bytes: Uint8Array): Readable {
  return new Readable({
    read() {
      this.push(bytes)
      this.push(null)
    },
  })
}

async function* pieces(body: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const chunk of body) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE_BYTES, chunk.length - at))
      await new Promise(resolve => setImmediate(resolve))
    }
  }
}
