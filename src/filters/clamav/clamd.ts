/** A client for clamd's own protocol (clamd(8)): INSTREAM and PING, each over a separate connection. */
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { type Address, drained, exchange } from './connection.ts'
import { readReply, type Scan } from './verdict.ts'

/** A scan by clamd. */
export const clamdScan =
  (address: Address): Scan =>
  async message => {
    let source: Readable | undefined
    try {
      const reply = await exchange(address, message.signal, (socket, ended) => {
        source = message.open()
        // The stream is abandoned when clamd closes the connection; its later errors do not matter.
        source.on('error', () => undefined)
        return send(socket, source, ended)
      })
      return reply.kind === 'reply' ? readReply(reply.text) : reply
    } finally {
      source?.destroy()
    }
  }

/** Whether clamd answers. Never rejects. */
export async function ping(address: Address, signal: AbortSignal): Promise<boolean> {
  const reply = await exchange(address, signal, async socket => {
    socket.write('zPING\0')
  })
  return reply.kind === 'reply' && reply.text === 'PONG'
}

/** What clamd says of itself and of its signatures: `ClamAV 1.4.3/27500/Sat Nov 28 09:26:22 2026`. */
export async function version(address: Address, signal: AbortSignal): Promise<string> {
  const reply = await exchange(address, signal, async socket => {
    socket.write('zVERSION\0')
  })
  if (reply.kind === 'reply') return reply.text
  throw new Error(reply.detail)
}

async function send(socket: Socket, source: Readable, ended: AbortSignal): Promise<void> {
  socket.write('zINSTREAM\0')
  for await (const bytes of source as AsyncIterable<Buffer>) {
    for (let start = 0; start < bytes.length; start += CHUNK_SIZE) {
      const chunk = bytes.subarray(start, start + CHUNK_SIZE)
      socket.cork()
      socket.write(lengthOf(chunk))
      socket.write(chunk)
      socket.uncork()
      await drained(socket, ended)
    }
  }
  // A length of 0 ends the message, so that no empty chunk may be sent before.
  socket.write(Buffer.alloc(4))
}

// Small enough to notice an error reply between two chunks, large enough that their lengths cost nothing.
const CHUNK_SIZE = 64 * 1024

function lengthOf(chunk: Buffer): Buffer {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(chunk.length)
  return length
}
