/** Carries questions to one server: by UDP over sockets that are shared while they are in use, by TCP over one for each. */
import type { Socket as UdpSocket } from 'node:dgram'
import { connect } from 'node:net'
import { lazy } from '../model/lazy.ts'

const udp = lazy(() => process.getBuiltinModule('node:dgram'))

/** Where a server listens. */
export interface Server {
  readonly host: string
  readonly port: number
}

/** What becomes of a packet: each reply, or that the server cannot be reached. Called until `stop` is. */
export interface ReplyHandler {
  /** @param bytes not to be kept */
  readonly reply: (bytes: Buffer) => void
  /** @param reason for the operator; ends a sentence */
  readonly failed: (reason: string) => void
}

/** Ends the hearing, and gives back what it held. */
export type Stop = () => void

export interface Transport {
  /** May be called again to send again. */
  readonly udp: (packet: Buffer, hearing: ReplyHandler) => Stop
  readonly tcp: (packet: Buffer, hearing: ReplyHandler) => Stop
}

// A new source port now and then is what makes answers hard to forge (RFC 5452 §9.2); a new one each time costs a socket.
const MAX_QUESTIONS = 32

interface Shared {
  readonly send: (packet: Buffer) => void
  readonly handlers: Set<ReplyHandler>
  /** Questions that it has carried. */
  count: number
  readonly close: () => void
}

/** The system picks a source port for each socket, and hands on only what comes from the server itself. */
export function transportTo(server: Server): Transport {
  let current: Shared | undefined
  return {
    udp: (packet, hearing) => {
      if (current === undefined || current.count >= MAX_QUESTIONS) current = open(server)
      const shared = current
      shared.count += 1
      shared.handlers.add(hearing)
      shared.send(packet)
      return () => {
        shared.handlers.delete(hearing)
        if (shared.handlers.size > 0) return
        if (current === shared) current = undefined
        shared.close()
      }
    },
    tcp: (packet, hearing) => overTcp(server, packet, hearing),
  }
}

function open({ host, port }: Server): Shared {
  const socket: UdpSocket = udp().createSocket(host.includes(':') ? 'udp6' : 'udp4')
  const hearings = new Set<ReplyHandler>()
  const waiting: Buffer[] = []
  let connected = false
  let closed = false
  const fail = (error: Error) => {
    for (const { failed } of [...hearings]) failed(error.message)
  }
  socket.unref()
  socket.on('error', fail)
  socket.on('message', bytes => {
    for (const { reply } of [...hearings]) reply(bytes)
  })
  socket.on('connect', () => {
    connected = true
    for (const packet of waiting.splice(0)) socket.send(packet)
  })
  // Connected, so that the kernel drops what others send and tells of a port that nobody listens on.
  socket.connect(port, host)
  return {
    handlers: hearings,
    count: 0,
    send: packet => {
      if (connected && !closed) socket.send(packet)
      else waiting.push(packet)
    },
    close: () => {
      if (closed) return
      closed = true
      waiting.length = 0
      socket.close()
    },
  }
}

/** RFC 7766: two bytes of length, then the message. One question, one connection. */
function overTcp({ host, port }: Server, packet: Buffer, { reply, failed }: ReplyHandler): Stop {
  const socket = connect({ host, port, noDelay: true })
  const parts: Buffer[] = []
  let size = 0
  socket.unref()
  socket.on('error', error => failed(error.message))
  socket.on('close', () => failed('the connection was closed'))
  socket.on('data', part => {
    parts.push(part)
    size += part.length
    const first = parts[0]
    // Joined only when whole: a server that sends byte by byte costs no more than one that does not.
    if (first === undefined || size < 2) return
    const head = first.length >= 2 ? first : Buffer.concat(parts, 2)
    const length = head.readUInt16BE(0)
    if (size < 2 + length) return
    const bytes = Buffer.concat(parts, 2 + length).subarray(2)
    socket.destroy()
    reply(bytes)
  })
  const length = Buffer.of(packet.length >> 8, packet.length & 255)
  socket.write(Buffer.concat([length, packet]))
  return () => {
    socket.removeAllListeners('close')
    socket.destroy()
  }
}
