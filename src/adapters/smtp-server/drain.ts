/** A message that is refused before its end: the client gets its reply, and what is still read of it is bounded. */
import type { Readable } from 'node:stream'
import type { Reply } from '../../model/decision.ts'
import type { Wire } from './tracked.ts'

/**
 * Reads on until the message ends, so that an honest client gets its reply where it waits for one; then calls `reply`.
 * Beyond `maxBytes` the reply is sent at once, and the connection closes.
 */
export function refuseData(stream: Readable, maxBytes: number, wire: Wire, reply: Reply, done: () => void): void {
  let read = 0
  if (stream.readableEnded || stream.destroyed) {
    done()
    return
  }
  const count = (chunk: Buffer): void => {
    read += chunk.length
    if (read <= maxBytes) return
    stream.off('data', count)
    wire.hangUp(reply.code, `${reply.status} ${reply.text}`)
    stream.destroy()
  }
  stream.once('close', done)
  stream.on('data', count)
}
