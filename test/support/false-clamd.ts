/** A clamd that misbehaves in one way, on a port of the loopback. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What it does with a connection, and, where `whole` is there, once the whole message has come. */
export interface Manner {
  /** The client has connected. */
  readonly connected?: (socket: Socket) => void
  /** The first bytes have come. */
  readonly begun?: (socket: Socket, data: Buffer) => void
  /** The zero length has come. */
  readonly whole?: (socket: Socket) => void
  /** Do not read at all, until `resume` is called. */
  readonly deaf?: boolean
}

export interface FalseClamd extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** How many connections are open now. */
  readonly open: () => number
  /** How many there have been. */
  readonly seen: () => number
  /** The bytes that were read. */
  readonly read: () => number
  /** From now on it behaves so. */
  readonly become: (manner: Manner) => void
  /** The deaf read what has come. */
  readonly resume: () => void
  readonly stop: () => Promise<void>
}

export async function falseClamd(first: Manner): Promise<FalseClamd> {
  const sockets = new Set<Socket>()
  let [manner, seen, read] = [first, 0, 0]
  const count = (bytes: Buffer) => {
    read += bytes.length
  }
  const server = createServer(socket => {
    const { connected, begun, whole, deaf } = manner
    sockets.add(socket)
    seen += 1
    let [started, tail] = [false, Buffer.alloc(0)]
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    connected?.(socket)
    if (deaf) return
    socket.on('data', bytes => {
      count(bytes)
      tail = Buffer.concat([tail, bytes]).subarray(-5)
      if (!started) begun?.(socket, bytes)
      started = true
      if (tail.length >= 4 && tail.readUInt32BE(tail.length - 4) === 0) whole?.(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  return {
    host: '127.0.0.1',
    port,
    open: () => sockets.size,
    seen: () => seen,
    read: () => read,
    resume: () => {
      for (const socket of sockets) if (socket.listenerCount('data') === 0) socket.on('data', count)
    },
    become: next => {
      manner = next
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Answers as an honest clamd would, once it has the whole message. */
export const says = (reply: string): Manner => ({ whole: socket => socket.end(reply) })

/** The same, and it answers a PING. */
export const lives = (reply: string): Manner => ({
  ...says(reply),
  begun: (socket, data) => data.toString() === 'zPING\0' && socket.end('PONG\0'),
})

/** Answers byte by byte, `ms` apart. */
export const trickles = (reply: string, ms: number): Manner => ({
  whole: async socket => {
    for (const byte of Buffer.from(reply)) {
      if (socket.destroyed) return
      socket.write(Buffer.of(byte))
      await sleep(ms)
    }
  },
})
