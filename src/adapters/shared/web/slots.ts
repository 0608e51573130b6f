/** Slots for the sockets of a server: how many there are, and how long a request and its response may take. */
import type { Socket } from 'node:net'

/** The deadlines of one socket. No byte extends them. */
export interface Slot {
  /** The request is complete: the time until the response is not counted. */
  arrived(): void
  /** The response has begun: the client must read it in time. */
  answering(): void
  /** The response is sent: the next request may begin. */
  next(): void
}

export interface SlotOptions {
  /** Sockets at once. */
  readonly connections: number
  /** Milliseconds for a request to arrive, and for its response to be read. */
  readonly timeout: number
}

type Step = 'arriving' | 'processing' | 'answering'

/** A socket whose request has not arrived after this time may be closed for another. */
const GRACE_MS = 250

/**
 * Takes a slot for each socket, and releases it when the socket closes. When none is left, the socket with the slowest
 * arriving request is closed, so that slow clients cannot keep others out.
 *
 * @returns takes a slot; undefined when it has closed the socket instead
 */
export function socketSlots({ connections, timeout }: SlotOptions): (socket: Socket) => Slot | undefined {
  const open = new Set<SocketSlot>()

  const makeRoom = (): boolean => {
    let slowest: SocketSlot | undefined
    let least = Number.POSITIVE_INFINITY
    for (const slot of open) {
      const rate = slot.rate()
      if (rate >= least) continue
      least = rate
      slowest = slot
    }
    if (slowest === undefined) return false
    open.delete(slowest)
    slowest.socket.destroy()
    return true
  }
  return socket => {
    if (open.size >= connections && !makeRoom()) {
      socket.destroy()
      return undefined
    }
    const slot = new SocketSlot(socket, timeout)
    open.add(slot)
    socket.once('close', () => {
      slot.end()
      open.delete(slot)
    })
    return slot
  }
}

class SocketSlot implements Slot {
  readonly socket: Socket
  readonly #timeout: number
  #timer: NodeJS.Timeout | undefined
  #step: Step = 'arriving'
  #since = 0
  #read = 0

  constructor(socket: Socket, timeout: number) {
    this.socket = socket
    this.#timeout = timeout
    this.next()
  }

  /** Bytes per millisecond of an arriving request; infinite for a socket that must stay. */
  rate(): number {
    const elapsed = performance.now() - this.#since
    if (this.#step !== 'arriving' || elapsed < GRACE_MS) return Number.POSITIVE_INFINITY
    return (this.socket.bytesRead - this.#read) / elapsed
  }

  arrived(): void {
    if (this.#step !== 'arriving') return
    this.#step = 'processing'
    clearTimeout(this.#timer)
  }

  answering(): void {
    if (this.#step === 'answering') return
    this.#step = 'answering'
    this.#arm()
  }

  next(): void {
    this.#step = 'arriving'
    this.#since = performance.now()
    this.#read = this.socket.bytesRead
    this.#arm()
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #arm(): void {
    clearTimeout(this.#timer)
    if (!this.socket.destroyed) this.#timer = setTimeout(() => this.socket.destroy(), this.#timeout)
  }
}
