/**
 * The first process holds each port open as long as it lives, whatever becomes of the workers. On Linux and FreeBSD the
 * workers listen on the port, too, and the system distributes the clients; those that it gives to the first process are
 * handed to a worker. While no worker lives, clients wait, within bounds.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import type { Source } from '../sources.ts'

/** How long a client waits for a worker, and how many clients do. */
const MAX_WAIT_MS = 30_000
const MAX_QUEUE = 500
const NO_WORKER = '421 4.3.2 The server is restarting, try again later\r\n'

/** Several processes may listen on one port here. */
const CAN_SHARE = process.platform === 'linux' || process.platform === 'freebsd'

export class SharedPort {
  readonly #server: Server
  readonly #waiting = new Map<Socket, NodeJS.Timeout>()
  readonly #handOver: (socket: Socket) => boolean
  /** Where each worker listens itself. */
  #source: Source
  #isClosed = false

  /** @param handOver returns false when there is no worker for the socket */
  constructor(handOver: (socket: Socket) => boolean) {
    this.#handOver = handOver
    // A worker reads all that the client sends, from the first byte on.
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, socket => this.accept(socket))
  }

  /** Undefined: this process hands over every client. */
  get source(): Source {
    return this.#source
  }

  get port(): number | undefined {
    const address = this.#server.address()
    return typeof address === 'object' ? address?.port : undefined
  }

  /** @param isPrivate this process alone may listen there, because it gives up its privileges */
  async listen(source: Source, isPrivate: boolean): Promise<void> {
    const at = source as ListenOptions
    const isShared = CAN_SHARE && !isPrivate && 'port' in at
    // Without this a second relay could take half of the clients of the first.
    if (isShared && at.port !== 0) await assertFree(at)
    this.#server.listen({ ...at, ...(isShared && { reusePort: true }) })
    await once(this.#server, 'listening')
    this.#server.on('error', () => undefined)
    if (isShared) this.#source = { ...at, port: this.port ?? 0, reusePort: true }
  }

  /** A worker has started: clients that have waited are handed over. */
  workerStarted(): void {
    for (const [socket, timer] of this.#waiting) {
      if (!this.#handOver(socket)) return
      clearTimeout(timer)
      this.#waiting.delete(socket)
    }
  }

  /** Accepts no client any more; those that wait get 421. */
  close(): void {
    this.#isClosed = true
    for (const socket of this.#waiting.keys()) this.#turnAway(socket)
    if (this.#server.listening) this.#server.close()
  }

  /** A client, or a socket that comes back from a worker that has ended. */
  accept(socket: Socket): void {
    if (socket.destroyed) return
    if (socket.listenerCount('error') === 0) socket.on('error', () => undefined)
    if (this.#handOver(socket)) return
    if (this.#isClosed || this.#waiting.size >= MAX_QUEUE) this.#turnAway(socket)
    else
      this.#waiting.set(
        socket,
        setTimeout(() => this.#turnAway(socket), MAX_WAIT_MS),
      )
  }

  #turnAway(socket: Socket): void {
    this.#forget(socket)
    socket.end(NO_WORKER, () => socket.destroy())
  }

  #forget(socket: Socket): void {
    clearTimeout(this.#waiting.get(socket))
    this.#waiting.delete(socket)
  }
}

/** @throws an error of the system when another program listens there */
async function assertFree(at: ListenOptions): Promise<AddressInfo> {
  const server = createServer().listen({ ...at, reusePort: false })
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return address
}
