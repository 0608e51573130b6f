/** A client for clamd's own protocol (clamd(8)): INSTREAM and PING, a connection each. */
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { type Address, drained, exchange } from './connection.ts'
import { readReply, type Scan } from './verdict.ts'

/** Has clamd read one message. */
export const clamdScan =
  (address: Address): Scan =>
  async message => {
    let source: Readable | undefined
    try {
      const heard = await exchange(address, message.signal, (socket, over) => {
        source = message.open()
        // The stream is left early when clamd hangs up; what it still has to complain about concerns nobody.
        source.on('error', () => undefined)
        return send(socket, source, over)
      })
      return heard.kind === 'reply' ? readReply(heard.text) : heard
    } finally {
      source?.destroy()
    }
  }

/** Whether clamd answers. Never rejects. */
export async function ping(address: Address, signal: AbortSignal): Promise<boolean> {
  const heard = await exchange(address, signal, async socket => {
    socket.write('zPING\0')
  })
  return heard.kind === 'reply' && heard.text === 'PONG'
}

async function send(socket: Socket, source: Readable, over: AbortSignal): Promise<void> {
  socket.write('zINSTREAM\0')
  for await (const bytes of source as AsyncIterable<Buffer>) {
    for (let start = 0; start < bytes.length; start += PIECE) {
      const piece = bytes.subarray(start, start + PIECE)
      socket.cork()
      socket.write(lengthOf(piece))
      socket.write(piece)
      socket.uncork()
      await drained(socket, over)
    }
  }
  // A length of nothing ends the message: that is why no empty piece may be sent before.
  socket.write(Buffer.alloc(4))
}

// Small enough that clamd's complaint is seen between two pieces, large enough that their lengths cost nothing.
const PIECE = 64 * 1024

function lengthOf(piece: Buffer): Buffer {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(piece.length)
  return length
}
