/** The places for sockets of a server: how many there are, and for how long one may take to ask and to take its answer. */
import type { Socket } from 'node:net'

/** The time of one socket. Each step has a deadline that no byte moves. */
export interface Slot {
  /** The request is whole: the time that goes by now is ours. */
  arrived(): void
  /** The answer is under way: the client has to take it in time. */
  answering(): void
  /** The answer is taken: the next request may come. */
  next(): void
}

export interface SlotOptions {
  /** Sockets at once. */
  readonly connections: number
  /** Milliseconds in which a request has to arrive, and in which its answer has to be taken. */
  readonly timeout: number
}

type Step = 'arriving' | 'ours' | 'answering'

/** Who has not sent a request for so long may have to make room. */
const GRACE_MS = 250

/**
 * Takes a place for each socket, and gives it back when the socket closes. When there is none left, the slowest of those
 * whose request is still arriving makes room: slow clients keep none of the others out.
 *
 * @returns how to take a place; undefined when the socket was closed instead
 */
export function socketSlots({ connections, timeout }: SlotOptions): (socket: Socket) => Slot | undefined {
  const open = new Set<SocketSlot>()

  const makeRoom = (): boolean => {
    let slowest: SocketSlot | undefined
    let least = Number.POSITIVE_INFINITY
    for (const place of open) {
      const rate = place.rate()
      if (rate >= least) continue
      least = rate
      slowest = place
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
    const place = new SocketSlot(socket, timeout)
    open.add(place)
    socket.once('close', () => {
      place.end()
      open.delete(place)
    })
    return place
  }
}

class SocketSlot implements Slot {
  readonly socket: Socket
  readonly #patience: number
  #timer: NodeJS.Timeout | undefined
  #step: Step = 'arriving'
  #since = 0
  #read = 0

  constructor(socket: Socket, patience: number) {
    this.socket = socket
    this.#patience = patience
    this.next()
  }

  /** Bytes a second of a request that is arriving; infinite for what must stay. */
  rate(): number {
    const elapsed = performance.now() - this.#since
    if (this.#step !== 'arriving' || elapsed < GRACE_MS) return Number.POSITIVE_INFINITY
    return (this.socket.bytesRead - this.#read) / elapsed
  }

  arrived(): void {
    if (this.#step !== 'arriving') return
    this.#step = 'ours'
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
    if (!this.socket.destroyed) this.#timer = setTimeout(() => this.socket.destroy(), this.#patience)
  }
}
