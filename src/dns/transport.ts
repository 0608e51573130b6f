/** Carries questions to one server: by UDP over sockets that are shared while they are in use, by TCP over one for each. */
import type { Socket as UdpSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { lazily } from '../core/lazily.ts'

const udp = lazily(() => process.getBuiltinModule('node:dgram'))

/** Where a server listens. */
export interface Server {
  readonly host: string
  readonly port: number
}

/** What becomes of a packet: each reply, or that the server cannot be reached. Called until `stop` is. */
export interface Hearing {
  /** @param bytes not to be kept */
  readonly reply: (bytes: Buffer) => void
  /** @param reason for the operator; ends a sentence */
  readonly lost: (reason: string) => void
}

/** Ends the hearing, and gives back what it held. */
export type Stop = () => void

export interface Carrier {
  /** May be called again to send again. */
  readonly udp: (packet: Buffer, hearing: Hearing) => Stop
  readonly tcp: (packet: Buffer, hearing: Hearing) => Stop
}

// A new source port now and then is what makes answers hard to forge (RFC 5452 §9.2); a new one each time costs a socket.
const MOST_QUESTIONS = 32

interface Shared {
  readonly send: (packet: Buffer) => void
  readonly hearings: Set<Hearing>
  /** Questions that it has carried. */
  count: number
  readonly close: () => void
}

/** The system picks a source port for each socket, and hands on only what comes from the server itself. */
export function carrierTo(server: Server): Carrier {
  let current: Shared | undefined
  return {
    udp: (packet, hearing) => {
      if (current === undefined || current.count >= MOST_QUESTIONS) current = open(server)
      const shared = current
      shared.count += 1
      shared.hearings.add(hearing)
      shared.send(packet)
      return () => {
        shared.hearings.delete(hearing)
        if (shared.hearings.size > 0) return
        if (current === shared) current = undefined
        shared.close()
      }
    },
    tcp: (packet, hearing) => overTcp(server, packet, hearing),
  }
}

function open({ host, port }: Server): Shared {
  const socket: UdpSocket = udp().createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  const hearings = new Set<Hearing>()
  const waiting: Buffer[] = []
  let connected = false
  let closed = false
  const fail = (error: Error) => {
    for (const { lost } of [...hearings]) lost(error.message)
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
    hearings,
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

/** RFC 7766: two octets of length, then the message. One question, one connection. */
function overTcp({ host, port }: Server, packet: Buffer, { reply, lost }: Hearing): Stop {
  const socket = connect({ host, port, noDelay: true })
  const parts: Buffer[] = []
  let size = 0
  socket.unref()
  socket.on('error', error => lost(error.message))
  socket.on('close', () => lost('the connection was closed'))
  socket.on('data', part => {
    parts.push(part)
    size += part.length
    const first = parts[0]
    // Joined only when whole: a server that sends octet by octet costs no more than one that does not.
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
