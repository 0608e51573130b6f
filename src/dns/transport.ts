/** Sends questions to one server: over shared UDP sockets, or over one TCP connection for each question. */
import type { Socket as UdpSocket } from 'node:dgram'
import { connect } from 'node:net'
import { lazy } from '../model/lazy.ts'

const udp = lazy(() => process.getBuiltinModule('node:dgram'))

/** The address of a server. */
export interface Server {
  readonly host: string
  readonly port: number
}

/** Receives what happens to a packet: each reply, or that the server cannot be reached. Called until `stop` is. */
interface ReplyHandler {
  /** @param bytes valid only during the call */
  readonly reply: (bytes: Buffer) => void
  /** @param reason for the operator; ends a sentence */
  readonly failed: (reason: string) => void
}

/** Stops waiting for replies and releases the resources. */
export type Stop = () => void

export interface Transport {
  /** May be called again to send again. */
  readonly udp: (packet: Buffer, handler: ReplyHandler) => Stop
  readonly tcp: (packet: Buffer, handler: ReplyHandler) => Stop
}

// A new source port now and then makes answers hard to forge (RFC 5452 §9.2); a new one each time costs a socket.
const MAX_QUESTIONS_PER_SOCKET = 32

/** The system picks a source port for each socket, and delivers only packets from the server itself. */
export function transportTo(server: Server): Transport {
  let current: SharedSocket | undefined
  return {
    udp: (packet, handler) => {
      if (current === undefined || current.isUsedUp) current = new SharedSocket(server)
      const shared = current
      shared.send(packet, handler)
      return () => {
        if (shared.remove(handler) && current === shared) current = undefined
      }
    },
    tcp: (packet, handler) => overTcp(server, packet, handler),
  }
}

/** One UDP socket for up to 32 questions; it closes when none is waiting for a reply. */
class SharedSocket {
  readonly #socket: UdpSocket
  readonly #handlers = new Set<ReplyHandler>()
  /** Packets to send as soon as the socket is connected; undefined from then on. */
  #unsent: Buffer[] | undefined = []
  #count = 0
  #isClosed = false

  constructor({ host, port }: Server) {
    this.#socket = udp().createSocket(host.includes(':') ? 'udp6' : 'udp4')
    this.#socket.unref()
    this.#socket.on('error', error => {
      for (const { failed } of [...this.#handlers]) failed(error.message)
    })
    this.#socket.on('message', bytes => {
      for (const { reply } of [...this.#handlers]) reply(bytes)
    })
    this.#socket.on('connect', () => {
      const packets = this.#unsent ?? []
      this.#unsent = undefined
      for (const packet of packets) this.#socket.send(packet)
    })
    // Connected, so the kernel drops packets from other addresses and reports a port on which nothing listens.
    this.#socket.connect(port, host)
  }

  get isUsedUp(): boolean {
    return this.#count >= MAX_QUESTIONS_PER_SOCKET
  }

  send(packet: Buffer, handler: ReplyHandler): void {
    this.#count += 1
    this.#handlers.add(handler)
    if (this.#isClosed) return
    if (this.#unsent === undefined) this.#socket.send(packet)
    else this.#unsent.push(packet)
  }

  /** @returns whether it was the last handler, so that the socket is closed */
  remove(handler: ReplyHandler): boolean {
    this.#handlers.delete(handler)
    if (this.#handlers.size > 0) return false
    if (!this.#isClosed) this.#socket.close()
    this.#isClosed = true
    if (this.#unsent !== undefined) this.#unsent = []
    return true
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
    // Joined only when complete, so a server that sends single bytes costs no more than others.
    if (first === undefined || size < 2) return
    const prefix = first.length >= 2 ? first : Buffer.concat(parts, 2)
    const length = prefix.readUInt16BE(0)
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
