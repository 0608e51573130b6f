/** The side of a connection that speaks: replies of a pipelined group in one write, and an orderly end. */
import type { Socket } from 'node:net'
import type { Counters } from './counters.ts'
import type { Limits } from './limits.ts'
import { codeOf, withReference } from './replies.ts'

/** Replies of one group wait for each other up to so many bytes. */
const MAX_QUEUE = 4_096
/** A client that is hung up on has this long to take the reply and to leave. */
const LINGER_MS = 1_000

export class Channel {
  readonly #limits: Limits
  readonly #counters: Counters
  #socket: Socket
  #queue = ''
  /** Milliseconds for which the connection has been closing. */
  #lingered = 0
  #maxRead = 0
  /** The session's reference, which stands in every refusal. */
  ref = ''
  /** No further command is obeyed. */
  closing = false

  constructor(socket: Socket, limits: Limits, counters: Counters) {
    this.#socket = socket
    this.#limits = limits
    this.#counters = counters
  }

  /** TLS has begun: replies go through it from now on. */
  upgrade(socket: Socket): void {
    this.#socket = socket
  }

  /** Queues a reply until `flush`; ends the connection when the client has made too many errors. */
  reply(line: string): void {
    if (this.closing) return
    const code = codeOf(line)
    this.#queue += code < 400 ? `${line}\r\n` : `${withReference(line, this.ref)}\r\n`
    if (this.#queue.length > MAX_QUEUE) this.flush()
    const reason = this.#counters.reply(code)
    if (reason !== undefined) this.hangUp(reason)
  }

  /** Queues the lines of one reply, whose last line has a blank behind its code. */
  lines(text: string): void {
    if (this.closing) return
    this.#queue += text
    this.#counters.reply(codeOf(text))
  }

  /** Writes what is queued as one packet (RFC 2920 §3.2). */
  flush(): void {
    if (this.#queue === '') return
    const text = this.#queue
    this.#queue = ''
    if (this.#socket.writable) this.#socket.write(text, 'latin1')
  }

  /** The client does not read what it is sent. */
  get isUnread(): boolean {
    return this.#socket.writableLength > this.#limits.unread
  }

  /** Sends a last reply and ends the connection. */
  hangUp(line: string): void {
    if (this.closing) return
    this.#queue += `${withReference(line, this.ref)}\r\n`
    this.end()
  }

  /**
   * Ends our side after the reply that was sent last. With bytes that were never read the connection would be reset,
   * and the reply lost: so what still arrives is read for a moment, within a bound.
   */
  end(): void {
    if (this.closing) return
    this.closing = true
    const text = this.#queue
    this.#queue = ''
    const socket = this.#socket
    this.#maxRead = socket.bytesRead + this.#limits.drain
    if (socket.writable) socket.end(text, 'latin1')
    if (socket.isPaused()) socket.resume()
  }

  /** The client has had its time to leave, or sends more than is read of it. */
  isOverdue(elapsed: number): boolean {
    this.#lingered += elapsed
    return this.#lingered >= LINGER_MS || this.#socket.bytesRead > this.#maxRead
  }
}
